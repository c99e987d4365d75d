import TestSupport
import Testing
import Torch

@Suite struct AutogradTests {
    @Test func gradientsAccumulateInLeaves() throws {
        let x = try Tensor([1, 2, 3] as [Float]).requiresGrad(true)
        let y = try (x * x).sum()
        #expect(x.isLeaf && !y.isLeaf && y.requiresGrad)
        #expect(try x.grad() == nil)
        try y.backward(retainGraph: true)
        #expect(try x.grad()?.toArray(Float.self) == [2, 4, 6])
        try y.backward()
        #expect(try x.grad()?.toArray(Float.self) == [4, 8, 12])
        try x.setGrad(nil)
        #expect(try x.grad() == nil)
        #expect(throws: TorchError.self) { try y.backward() }
    }

    @Test func gradientsOfGradients() throws {
        let x = try Tensor([2.0]).requiresGrad(true)
        let unused = try Tensor([1.0]).requiresGrad(true)
        let cubed = try (x * x * x).sum()
        let first = try cubed.gradients(for: [x, unused], createGraph: true)
        #expect(try first[0]?.item() == 12 && first[1] == nil)
        let second = try #require(first[0]).sum().gradients(for: [x])
        #expect(try second[0]?.item() == 12)
        #expect(try x.grad() == nil)
    }

    @Test func agreesWithFiniteDifferences() throws {
        let g = try Generator(seed: 0)
        let x = try Tensor.randn([4], generator: g, dtype: .float64).requiresGrad(true)
        func f(_ x: Tensor) throws -> Tensor {
            try (x.sin() * x.exp() + x.sigmoid().log()).softmax(along: 0)[1]
        }
        try f(x).backward()
        let grad = try #require(try x.grad()).toArray(Double.self)
        let h = 1e-6
        for i in 0..<4 {
            let up = try x.detached().cloned(), down = try x.detached().cloned()
            try up[i] += h
            try down[i] += -h
            let slope = try (f(up).item() - f(down).item()) / (2 * h)
            #expect(abs(slope - grad[i]) < 1e-8)
        }
    }

    @Test func noGradHoldsForItsClosureOnly() throws {
        struct Stop: Error {}
        let x = try Tensor.ones([2]).requiresGrad(true)
        let y = try noGrad { try x * 2 }
        #expect(!y.requiresGrad && isGradEnabled)
        #expect(throws: Stop.self) { try noGrad { throw Stop() } }
        #expect(isGradEnabled)
        #expect(try (x * 2).requiresGrad && !x.detached().requiresGrad)
        #expect(throws: TorchError.self) { try Tensor([1]).requiresGrad(true) }
    }

    @Test func mixedPrecisionHoldsForItsClosureOnly() throws {
        let g = try Generator(seed: 0)
        let a = try Tensor.randn([8, 8], generator: g).requiresGrad(true)
        let precision = MixedPrecision(.bfloat16)
        let (product, sum) = try precision { try (a.matmul(a), a.exp().sum()) }
        #expect(product.dtype == .bfloat16 && sum.dtype == .float32)
        try expectClose(product, a.matmul(a), within: 2e-2)
        try product.to(.float32).sum().backward()
        #expect(try a.grad()?.dtype == .float32)
        #expect(try a.matmul(a).dtype == .float32)
        #expect(try MixedPrecision.disabled { try a.matmul(a).dtype } == .float32)
        #expect(throws: TorchError.self) {
            try precision { try a.matmul(Tensor.ones([3])) }
        }
        #expect(try a.matmul(a).dtype == .float32)
    }
}
