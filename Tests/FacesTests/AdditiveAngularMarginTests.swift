import Faces
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/faces/write_fixtures.py
@Suite struct AdditiveAngularMarginTests {
    private func head(
        _ kind: AdditiveAngularMargin.Margin, _ margin: Double, scale: Double = 16,
        weight: Tensor
    ) throws -> AdditiveAngularMargin {
        let store = try ParameterStore(loading: ["weight": weight])
        return AdditiveAngularMargin(
            store.root, classes: weight.shape[0], dimensions: weight.shape[1], kind: kind,
            margin: margin, scale: scale)
    }

    @Test(arguments: [("angle", 0.5), ("angle", 0), ("cosine", 0.4)])
    func equalsItsFormula(kind: String, margin: Double) throws {
        let fixture = try Fixture("faces/recognition")
        let weight = try fixture["margin.weight"].cloned().requiresGrad(true)
        let embeddings = try fixture["margin.embeddings"].cloned().requiresGrad(true)
        let head = try head(#require(.init(rawValue: kind)), margin, weight: weight)
        let result = try head(embeddings, fixture["margin.labels"])
        let name = "margin.\(kind)\(margin)"
        try expectClose(result.loss, fixture["\(name).loss"], within: 1e-12)
        try expectClose(
            result.accuracy.to(.float64), fixture["margin.accuracy"], within: 1e-6)
        try result.loss.backward()
        try expectClose(
            #require(try embeddings.grad()), fixture["\(name).grads.embeddings"], within: 1e-10)
        try expectClose(#require(try weight.grad()), fixture["\(name).grads.weight"], within: 1e-10)
    }

    @Test(arguments: AdditiveAngularMargin.Margin.allCases)
    func hasTheGradientOfItsDifferences(_ kind: AdditiveAngularMargin.Margin) throws {
        let generator = try Generator(seed: 3)
        let weight = try Tensor.randn([5, 4], generator: generator, dtype: .float64)
        let embeddings = try Tensor.randn([3, 4], generator: generator, dtype: .float64)
        let labels = try Tensor([0, 4, 2])
        let head = try head(kind, 0.4, scale: 4, weight: weight)
        let leaf = try embeddings.cloned().requiresGrad(true)
        try head(leaf, labels).loss.backward()
        let grads: [Double] = try #require(try leaf.grad()).toArray()
        let values: [Double] = try embeddings.toArray()
        for index in values.indices {
            func loss(_ step: Double) throws -> Double {
                var moved = values
                moved[index] += step
                return try head(Tensor(moved, shape: [3, 4]), labels).loss.item()
            }
            let difference = try (loss(1e-5) - loss(-1e-5)) / 2e-5
            #expect(abs(difference - grads[index]) < 1e-8)
        }
    }

    @Test func staysFiniteWhereAnglesVanish() throws {
        // On the centre, opposite to it, and with no direction at all.
        let weight = try Tensor([Float](arrayLiteral: 1, 0, 0, 0, 2, 0, 0, 0, 3), shape: [3, 3])
        let embeddings = try Tensor(
            [Float](arrayLiteral: 5, 0, 0, 0, -1, 0, 0, 0, 0), shape: [3, 3]
        ).requiresGrad(true)
        let head = try head(.angle, 0.5, scale: 64, weight: weight)
        let result = try head(embeddings, Tensor([0, 1, 2]))
        try result.loss.backward()
        let grads: [Float] = try #require(try embeddings.grad()).toArray()
        #expect(try result.loss.item().isFinite)
        #expect(grads.allSatisfy { $0.isFinite })
    }

    @Test func marginMakesTheTaskHarder() throws {
        let fixture = try Fixture("faces/recognition")
        let weight = try fixture["margin.weight"]
        func loss(_ margin: Double) throws -> Double {
            try head(.angle, margin, weight: weight)(
                fixture["margin.embeddings"], fixture["margin.labels"]
            ).loss.item()
        }
        #expect(try loss(0) < loss(0.25))
        #expect(try loss(0.25) < loss(0.5))
    }

    @Test func separatesClassesInAFewSteps() throws {
        let generator = try Generator(seed: 9)
        let store = try ParameterStore(generator: generator)
        let head = AdditiveAngularMargin(store.root, classes: 4, dimensions: 8, scale: 16)
        let embeddings = try Tensor.randn([16, 8], generator: generator).requiresGrad(true)
        try store.train()
        let labels = try Tensor((0..<16).map { $0 % 4 })
        let start = try head(embeddings, labels)
        for _ in 0..<60 {
            let result = try head(embeddings, labels)
            try result.loss.backward()
            try noGrad {
                for leaf in [embeddings, head.weight] {
                    guard let grad = try leaf.grad() else { continue }
                    try leaf.copy(from: leaf - grad * 0.5)
                    try leaf.setGrad(nil)
                }
            }
        }
        let end = try head(embeddings, labels)
        #expect(try end.accuracy.item() == 1)
        #expect(try end.cosine.item() > start.cosine.item() + 0.3)
    }
}
