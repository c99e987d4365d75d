import TestSupport
import Testing
import Torch

@Suite(.serialized) struct CheckpointedTests {
    private struct Stop: Error, Equatable { let word: String }

    private func leaf(_ shape: [Int], _ seed: UInt64) throws -> Tensor {
        try Tensor.randn(shape, generator: Generator(seed: seed)).requiresGrad(true)
    }

    @Test func gradientsEqualThoseOfThePlainPass() throws {
        let (x, w, v) = (try leaf([4, 8], 1), try leaf([8, 8], 2), try leaf([8], 3))
        func part(_ x: [Tensor]) throws -> [Tensor] {
            let h = try x[0].matmul(w).tanh()
            return [h, try h * v, try (x[0] * 0.5).sum()]
        }
        func gradients(_ call: ([Tensor]) throws -> [Tensor]) throws -> [Tensor] {
            for leaf in [x, w, v] { try leaf.setGrad(nil) }
            // The middle result goes unused; what comes before and after has gradients of its own.
            let y = try call([x * 2])
            #expect(y.allSatisfy { $0.requiresGrad })
            try (y[0].square().sum() + y[2]).backward()
            return try [x, w, v].map { try $0.grad() ?? .zeros($0.shape) }
        }
        let plain = try gradients(part)
        let repeated = try gradients { try checkpointed($0, part) }
        for (a, b) in zip(plain, repeated) { #expect(try a.isEqual(to: b)) }
        #expect(try plain[1].abs().sum().item() > 0)
    }

    @Test func parametersInsideLearnWithoutAnyInputThatDoes() throws {
        let w = try leaf([3], 4)
        let x = try Tensor.ones([3])
        try checkpointed([x]) { [try $0[0] * w] }[0].sum().backward()
        #expect(try w.grad()?.toArray(Float.self) == [1, 1, 1])
        #expect(try x.grad() == nil)
    }

    @Test func theBodyRunsAgainOnlyForGradients() throws {
        let w = try leaf([2], 5)
        var calls = 0
        func run() throws -> Tensor {
            try checkpointed([w]) {
                calls += 1
                return [try $0[0].square()]
            }[0].sum()
        }
        let loss = try run()
        #expect(calls == 1)
        try loss.backward()
        #expect(calls == 2)
        _ = try noGrad { try run() }
        #expect(calls == 3)
    }

    @Test func whatTheBodyThrowsComesOutAsItIs() throws {
        let w = try leaf([2], 6)
        #expect(throws: Stop(word: "first")) {
            try checkpointed([w]) { _ in throw Stop(word: "first") }
        }
        var calls = 0
        let y = try checkpointed([w]) { x in
            calls += 1
            if calls > 1 { throw Stop(word: "second") }
            return [try x[0] * 2]
        }
        #expect(throws: Stop(word: "second")) { try y[0].sum().backward() }
        // An operator's failure inside keeps its words, and the next pass is sound again.
        let error = #expect(throws: TorchError.self) {
            try checkpointed([w]) { [try $0[0].matmul(.zeros([3, 3]))] }
        }
        #expect(error?.operation == "aten::matmul")
        try w.square().sum().backward()
        #expect(isGradEnabled)
    }

    @Test func mixedPrecisionIsTheSameTheSecondTime() throws {
        let (x, w) = (try leaf([4, 8], 7), try leaf([8, 8], 8))
        func gradients(inside: Bool, _ call: ([Tensor]) throws -> [Tensor]) throws -> [Tensor] {
            for leaf in [x, w] { try leaf.setGrad(nil) }
            let precision = MixedPrecision(.bfloat16)
            let loss = try precision {
                let loss = try call([x])[0].to(.float32).square().sum()
                if inside { try loss.backward() }
                return loss
            }
            if !inside { try loss.backward() }
            return try [x, w].map { try #require(try $0.grad()) }
        }
        func part(_ x: [Tensor]) throws -> [Tensor] { [try x[0].matmul(w).matmul(w)] }
        let plain = try gradients(inside: false, part)
        for inside in [false, true] {
            let repeated = try gradients(inside: inside) { try checkpointed($0, part) }
            for (a, b) in zip(plain, repeated) { try expectClose(b, a, within: 1e-2) }
        }
    }

    @Test func gradientsForChosenInputsAreRefused() throws {
        let w = try leaf([2], 9)
        let y = try checkpointed([w]) { [try $0[0].square()] }[0].sum()
        let error = #expect(throws: TorchError.self) { try y.gradients(for: [w]) }
        #expect(error?.message.contains("checkpointed part") == true)
        #expect(throws: TorchError.self) { try y.backward(createGraph: true) }
    }

    @Test func lessMemoryIsNeededAtOnce() throws {
        let w = try leaf([64, 64], 10)
        let x = try Tensor.randn([16384, 64], generator: Generator(seed: 11))
        func peak(_ call: ([Tensor], @escaping ([Tensor]) throws -> [Tensor]) throws -> [Tensor])
            throws -> Int
        {
            try w.setGrad(nil)
            return try MemoryStatistics.measureThread {
                var h = x
                for _ in 0..<6 {
                    h = try call([h]) { inputs in
                        var h = inputs[0]
                        for _ in 0..<6 { h = try h.matmul(w).tanh() * 0.5 }
                        return [h]
                    }[0]
                }
                try h.square().sum().backward()
            }.growth
        }
        let plain = try peak { try $1($0) }
        let repeated = try peak { try checkpointed($0, $1) }
        #expect(Double(repeated) < 0.6 * Double(plain), "\(repeated) of \(plain)")
    }
}
