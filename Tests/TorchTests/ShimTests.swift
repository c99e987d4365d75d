import CTorch
import Foundation
import TestSupport
import Testing
import Torch

@Suite(.serialized) struct ShimTests {
    /// Every entry of the shim that can fail, once.
    static let entries: [(name: String, call: @Sendable (Tensor) throws -> Void)] = [
        ("ct_call", { _ = try $0 + $0 }),
        ("ct_call of many", { _ = try $0.split(1) }),
        ("ct_tensor_data", { try $0.withBytes { _ in } }),
        (
            "ct_tensor_from_memory",
            { _ in
                let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4, alignment: 4)
                defer { memory.deallocate() }
                _ = try Tensor(sharing: memory, shape: [1], dtype: .float32, owner: Box())
            }
        ),
        ("ct_tensor_set_requires_grad", { try $0.requiresGrad(false) }),
        ("ct_tensor_set_data", { try $0.setData($0) }),
        ("ct_tensor_grad", { _ = try $0.grad() }),
        ("ct_tensor_set_grad", { try $0.setGrad(nil) }),
        ("ct_backward", { _ in try differentiable.backward(retainGraph: true) }),
        ("ct_gradients", { _ in _ = try differentiable.gradients(for: [leaf], retainGraph: true) }),
        ("ct_checkpoint", { _ = try checkpointed([$0]) { $0 } }),
        ("ct_autocast_enter", { _ in try MixedPrecision(.bfloat16) {} }),
        ("ct_generator_new", { _ in _ = try Generator(seed: 0) }),
        ("ct_generator_seed", { _ in try generator.reseed(1) }),
        ("ct_generator_state", { _ in _ = try generator.state() }),
        ("ct_generator_set_state", { _ in try generator.restore(state) }),
        ("ct_set_thread_count", { _ in try LibTorch.setThreadCount(LibTorch.threadCount) }),
        ("ct_device_count", { _ in _ = try Device.count(of: .cpu) }),
        ("ct_synchronize", { _ in try Device.cpu.synchronize() }),
        ("ct_memory_read", { _ in _ = try MemoryStatistics.now() }),
        ("ct_benchmark_add", { _ = try secondsOfAddInCxx($0, $0, rounds: 1) }),
    ]
    private final class Box {}

    nonisolated(unsafe) private static let leaf = make { try Tensor([2.0]).requiresGrad(true) }
    nonisolated(unsafe) private static let differentiable = make { try leaf.square().sum() }
    nonisolated(unsafe) private static let generator = make { try Generator(seed: 0) }
    nonisolated(unsafe) private static let state = make { try generator.state() }

    private static func make<Value>(_ body: () throws -> Value) -> Value {
        do { return try body() } catch { preconditionFailure("\(error)") }
    }

    @Test(arguments: [CT_FAULT_BAD_ALLOC, CT_FAULT_TORCH, CT_FAULT_INT].map(\.rawValue))
    func noExceptionLeavesAnyEntry(_ fault: UInt32) throws {
        let x = try Tensor.ones([2])
        _ = (Self.differentiable, Self.generator, Self.state)
        for entry in Self.entries {
            ct_inject_fault(ct_fault(fault))
            let error = #expect(throws: TorchError.self, "\(entry.name)") { try entry.call(x) }
            #expect(error?.kind == (fault == CT_FAULT_BAD_ALLOC.rawValue ? .outOfMemory : .failed))
            let expected = [
                CT_FAULT_BAD_ALLOC.rawValue: "out of memory (std::bad_alloc)",
                CT_FAULT_TORCH.rawValue: "injected fault",
                CT_FAULT_INT.rawValue: "an exception that is no std::exception was thrown",
            ][fault]
            #expect(error?.message == expected, "\(entry.name)")
            // The next call is sound again.
            try entry.call(x)
        }
    }

    @Test func memoryStatisticsSeeEveryTensor() throws {
        // Other suites allocate meanwhile: only lower bounds hold.
        let (inside, peak) = try MemoryStatistics.measure {
            let large = try Tensor.zeros([1 << 20])
            return try withExtendedLifetime(large) { try MemoryStatistics.now().current }
        }
        #expect(peak >= inside && inside >= 4 << 20)
        let (_, outer) = try MemoryStatistics.measure {
            let big = try Tensor.zeros([3 << 20])
            _ = try MemoryStatistics.measure { _ = try Tensor.zeros([16]) }
            return big.count
        }
        #expect(outer >= 12 << 20)
    }

    @Test func aThreadsMemoryIsItsOwn() throws {
        let (kept, growth) = try MemoryStatistics.measureThread {
            let (inner, growth) = try MemoryStatistics.measureThread { try Tensor.zeros([1 << 20]) }
            #expect(growth >= 4 << 20 && growth < 5 << 20)
            _ = try Tensor.zeros([3 << 20])
            let isDone = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                _ = try? Tensor.zeros([64 << 20])
                isDone.signal()
            }
            isDone.wait()
            return inner
        }
        #expect(growth >= 16 << 20 && growth < 17 << 20)
        let nothing = try MemoryStatistics.measureThread { kept.count }.growth
        #expect(nothing == 0)
    }
}
