import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/torch/write_fixtures.py

@Suite struct OperatorTests {
    typealias Binary = @Sendable (Tensor, Tensor) throws -> Tensor

    /// Each operator in Swift; the names are those of the fixture.
    static let cases: [String: Binary] = [
        "add": { try $0 + $1 }, "subtract": { try $0 - $1 }, "multiply": { try $0 * $1 },
        "divide": { try $0 / $1 }, "reverse_subtract": { a, _ in try 1.5 - a },
        "reverse_divide": { a, _ in try 2 / a }, "negate": { a, _ in try -a },
        "matmul": { try $0.matmul($1.transposed(0, 1)) },
        "power": { a, _ in try a.abs().pow(1.5) }, "exp": { a, _ in try a.exp() },
        "log": { a, _ in try a.abs().log() }, "sqrt": { a, _ in try a.abs().sqrt() },
        "rsqrt": { a, _ in try a.abs().rsqrt() }, "sin": { a, _ in try a.sin() },
        "cos": { a, _ in try a.cos() }, "tanh": { a, _ in try a.tanh() },
        "sigmoid": { a, _ in try a.sigmoid() }, "floor": { _, b in try b.floor() },
        "ceil": { _, b in try b.ceil() }, "round": { _, b in try b.round() },
        "atan2": { try $0.atan2($1) }, "clamp": { a, _ in try a.clamped(min: -0.5, max: 0.7) },
        "minimum": { try $0.minimum($1) }, "maximum": { try $0.maximum($1) },
        "lerp": { try $0.lerp(to: $1, weight: 0.3) }, "sum": { a, _ in try a.sum() },
        "sum0": { a, _ in try a.sum([0]) }, "mean": { a, _ in try a.mean([1], keepDims: true) },
        "variance": { a, _ in try a.variance([1]) },
        "variance_population": { a, _ in try a.variance([1], correction: 0) },
        "std": { a, _ in try a.standardDeviation() }, "norm": { a, _ in try a.norm([1]) },
        "max": { a, _ in try a.max([1]) }, "min": { a, _ in try a.min([0]) },
        "argmax": { a, _ in try a.argmax(along: 1) }, "argmin": { a, _ in try a.argmin(along: 0) },
        "cumsum": { a, _ in try a.cumulativeSum(along: 1) },
        "cumprod": { a, _ in try a.cumulativeProduct(along: 0) },
        "softmax": { a, _ in try a.softmax(along: -1) },
        "log_softmax": { a, _ in try a.logSoftmax(along: 0) },
        "transpose": { a, _ in try a.transposed(0, 1) }, "flip": { a, _ in try a.flipped([0, 1]) },
        "cat": { try Tensor.cat([$0, $1], along: 1) },
        "stack": { try Tensor.stack([$0, $1], along: 1) },
        "where": { try Tensor.select($0 .> 0, $0, $1) }, "tile": { a, _ in try a.tiled([2, 1]) },
        "sorted": { a, _ in try a.sorted(along: 1, descending: true).values },
        "order": { a, _ in try a.sorted(along: 1, descending: true).indices },
        "topk": { a, _ in try a.topK(2, along: 1).values },
        "gather": { a, _ in try a.gathered(1, Tensor([0, 1, 3, 2, 1, 1], shape: [3, 2])) },
        "masked": { a, b in try a.maskedFilled(b .> 0, -7) },
        "index": { a, _ in try a.indexed(by: [Tensor([2, 0])]) },
        "linspace": { _, _ in try .linspace(from: -1, to: 2, count: 7) },
        "arange": { _, _ in try .arange(from: 0, to: 1, step: 0.3) },
        "eye": { _, _ in try .eye(3) },
    ]

    @Test(arguments: cases.keys.sorted()) func equalsPyTorch(_ name: String) throws {
        let fixture = try Fixture("torch/torch")
        let run = try #require(Self.cases[name])
        let expected = try fixture["op.\(name)"]
        let result = try run(fixture["a"], fixture["b"])
        #expect(result.dtype == expected.dtype)
        try expectClose(result, expected, within: 1e-6, name)
    }

    @Test func everyFixtureHasItsCase() throws {
        let recorded = try Fixture("torch/torch").names.filter { $0.hasPrefix("op.") }
        #expect(Set(recorded.map { String($0.dropFirst(3)) }) == Set(Self.cases.keys))
    }

    @Test func comparisonsAndPredicates() throws {
        let a = try Tensor([1, 2, 3] as [Float]), b = try Tensor([3, 2, 1] as [Float])
        #expect(try (a .< b).toArray(Bool.self) == [true, false, false])
        #expect(try (a .> b).toArray(Bool.self) == [false, false, true])
        #expect(try (a .>= 2).toArray(Bool.self) == [false, true, true])
        #expect(try (a .<= 2).toArray(Bool.self) == [true, true, false])
        #expect(try a.equal(b).any() && !a.equal(b).all())
        #expect(try a.isEqual(to: a.cloned()) && !a.isEqual(to: b))
    }

    @Test func inPlaceOperatorsKeepTheMemory() throws {
        let a = try Tensor([1, 2] as [Float])
        let view = try a[0..<1]
        try a += Tensor([1, 1] as [Float])
        try a *= 3
        try a -= Tensor([1, 1] as [Float])
        try a /= Tensor([5, 2] as [Float])
        try a += 1.0
        #expect(try a.toArray(Float.self) == [2, 5] && view.item() == 2)
    }

    @Test func defaultsListsAndManyResultsPassTheDispatcher() throws {
        let x = try Tensor.arange(0..<6).reshaped([2, 3])
        #expect(try x.split(2, along: 1).map(\.shape) == [[2, 2], [2, 1]])
        #expect(try x.split([1, 2], along: 1).map(\.shape) == [[2, 1], [2, 2]])
        #expect(try x.unbound().count == 2 && x.chunked(3, along: 1).count == 3)
        #expect(try x.indexed(by: [nil, Tensor([2])]).toArray(Int.self) == [2, 5])
        #expect(try Operator("aten::size", "int").integer(x, 1) == 3)
        #expect(try Operator("aten::is_nonzero").number(Tensor(3)) == 1)
        let wrong = #expect(throws: TorchError.self) { try Operator("aten::unbind", "int")(x) }
        #expect(
            wrong?.message
                == "expected one tensor as the result, found 1 value(s) of another kind")
        let many = #expect(throws: TorchError.self) {
            try Operator("aten::relu")(x, 1, 2)
        }
        #expect(many?.message == "the operator takes 1 arguments, but 3 were passed")
        let few = #expect(throws: TorchError.self) { try Operator("aten::matmul")(x) }
        #expect(few?.message == "the argument 'other' has no default")
        let kind = #expect(throws: TorchError.self) { try Operator("aten::relu")("text") }
        #expect(kind?.message.isEmpty == false)
    }
}
