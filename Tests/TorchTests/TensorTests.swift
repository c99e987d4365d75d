import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/torch/write_fixtures.py

@Suite struct TensorTests {
    @Test func arraysGoInAndComeOut() throws {
        let x = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(x.shape == [2, 3] && x.strides == [3, 1] && x.rank == 2 && x.count == 6)
        #expect(x.dtype == .float32 && x.device == .cpu && x.byteCount == 24)
        #expect(try x.transposed(0, 1).toArray(Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(try x.toArray(Int.self) == [1, 2, 3, 4, 5, 6])
        #expect(try Tensor([true, false]).toArray(Bool.self) == [true, false])
        #expect(try Tensor([Float16](arrayLiteral: 0.5, -2)).toArray(Float16.self) == [0.5, -2])
        #expect(try Tensor(7).item() == 7 && Tensor(Int.max).integerItem() == Int.max)
        #expect(try Tensor.zeros([0, 3]).toArray(Float.self).isEmpty)
    }

    @Test func aWrongCountIsASentence() {
        let error = #expect(throws: TorchError.self) { try Tensor([1.0, 2.0], shape: [3]) }
        #expect(
            error?.description == "Tensor(_:shape:): expected 3 elements for shape [3], found 2")
    }

    @Test func sharedMemoryIsNotCopiedAndOutlivesItsOwnersName() throws {
        final class Memory {
            let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 16, alignment: 8)
            nonisolated(unsafe) static var alive = 0
            init() { Memory.alive += 1 }
            deinit {
                bytes.deallocate()
                Memory.alive -= 1
            }
        }
        do {
            var memory: Memory? = Memory()
            let bytes = try #require(memory).bytes
            bytes.storeBytes(of: 2.5, as: Double.self)
            bytes.storeBytes(of: -1, toByteOffset: 8, as: Double.self)
            let whole = try Tensor(
                sharing: bytes, shape: [2], dtype: .float64, owner: try #require(memory))
            memory = nil
            #expect(Memory.alive == 1)
            try whole[1].fill(4)
            #expect(bytes.load(fromByteOffset: 8, as: Double.self) == 4)
            #expect(try whole.toArray(Double.self) == [2.5, 4])
            #expect(throws: TorchError.self) {
                try Tensor(sharing: bytes, shape: [3], dtype: .float64, owner: Memory())
            }
        }
        #expect(Memory.alive == 0)
    }

    @Test func slicesAreViews() throws {
        let x = try Tensor.arange(0..<24).reshaped([2, 3, 4])
        #expect(try x[1].shape == [3, 4])
        #expect(try x[-1, 2, 3].item() == 23)
        #expect(try x[.all, 1..<3, .newAxis].shape == [2, 2, 1, 4])
        #expect(try x[0, 0, 1...].toArray(Int.self) == [1, 2, 3])
        #expect(try x[0, 0, ..<(-1)].toArray(Int.self) == [0, 1, 2])
        #expect(try x[0, 0, .stride(by: 2)].toArray(Int.self) == [0, 2])
        #expect(try x[0, 0, 1...2].toArray(Int.self) == [1, 2])
        let view = try x[1, 0]
        #expect(view.sharesStorage(with: x) && view.storageOffset == 12)
        try view.fill(-1)
        #expect(try x[1, 0, 3].item() == -1)
        #expect(try !x.cloned().sharesStorage(with: x))
    }

    @Test func memoryFormatsChangeStridesOnly() throws {
        let x = try Tensor.arange(0..<24).reshaped([1, 2, 3, 4])
        let y = try x.contiguous(.channelsLast)
        #expect(y.strides == [24, 1, 8, 2] && y.isContiguous(.channelsLast) && !y.isContiguous())
        #expect(try y.isEqual(to: x))
        #expect(throws: TorchError.self) { try y.withBytes { _ in } }
    }

    @Test(arguments: DType.allCases) func everyDTypeCanBeHeld(_ dtype: DType) throws {
        let x = try Tensor.empty([3, 2], dtype: dtype)
        #expect(x.dtype == dtype && x.byteCount == 6 * dtype.byteCount)
        #expect(DType(name: dtype.description) == dtype)
    }

    @Test func halfTypesRoundToNearestEven() throws {
        // 1 + 2^-8 lies halfway between two bfloat16 values; 1 + 2^-11 between two float16 values.
        let x = try Tensor([1.00390625, 1.01171875, 1.00048828125, 65520, -0.0] as [Float])
        #expect(try x.to(.bfloat16).toArray(Float.self) == [1, 1.015625, 1, 65536, 0])
        #expect(
            try x.to(.float16).toArray(Float.self)[2...] == [1, .infinity, 0])
    }

    @Test func shapesThatDoNotFitAreThrownWithEverythingKnown() throws {
        let a = try Tensor.zeros([2, 3]), b = try Tensor.zeros([4], dtype: .bfloat16)
        let error = #expect(throws: TorchError.self) { try a + b }
        #expect(
            error?.description
                == "aten::add.Tensor([2, 3] float32, [4] bfloat16): The size of tensor a (3) must "
                + "match the size of tensor b (4) at non-singleton dimension 1")
        #expect(error?.kind == .failed && error?.operation == "aten::add.Tensor")
    }

    @Test func anUnknownOperatorSaysSo() throws {
        let error = #expect(throws: TorchError.self) {
            try Operator("aten::no_such_operator")(Tensor.zeros([1]))
        }
        #expect(error?.kind == .unavailable)
        #expect(
            error?.description
                == "aten::no_such_operator([1] float32): libtorch \(LibTorch.version) has no such "
                + "operator")
    }

    @Test func exhaustedMemoryIsAnErrorOfItsOwn() {
        let error = #expect(throws: TorchError.self) { try Tensor.zeros([1 << 55], dtype: .uint8) }
        #expect(error?.kind == .outOfMemory)
    }

    @Test func devicesHaveNames() throws {
        for name in ["cpu", "cuda:1", "mps", "meta"] {
            #expect(Device(name: name)?.description == name)
        }
        #expect(Device(name: "cuda") == .cuda(0))
        #expect(Device(name: "cuda:x") == nil && Device(name: "gpu") == nil)
        #expect(try Device.count(of: .cpu) == 1)
        let shapes = try Tensor.empty([1 << 40], device: .meta)
        #expect(shapes.device == .meta && shapes.count == 1 << 40)
    }
}
