import Layers
import TestSupport
import Testing
import Torch

// Fixture and its recipe: Reference/layers/write_fixtures.py

/// One layer or function, and how to build and run it.
struct LayerCase: Sendable, CustomTestStringConvertible {
    typealias Run = (Tensor) throws -> Tensor

    let name: String
    let build: @Sendable (Scope, Fixture) throws -> Run
    var testDescription: String { name }

    init(_ name: String, _ build: @escaping @Sendable (Scope, Fixture) throws -> Run) {
        self.name = name
        self.build = build
    }

    /// A function without parameters.
    static func function(_ name: String, _ run: @escaping @Sendable (Tensor) throws -> Tensor)
        -> LayerCase
    {
        LayerCase(name) { _, _ in run }
    }
}

let layerCases: [LayerCase] =
    [
        .init("linear") { scope, _ in Linear(scope, in: 5, out: 7).callAsFunction },
        .init("linear_no_bias") { scope, _ in
            Linear(scope, in: 5, out: 7, bias: false).callAsFunction
        },
        .init("geglu") { scope, _ in GEGLU(scope, in: 6, out: 5).callAsFunction },
        .init("conv2d") { scope, _ in
            Conv2d(scope, in: 4, out: 6, kernel: 3, padding: 1).callAsFunction
        },
        .init("conv2d_stride_groups") { scope, _ in
            Conv2d(scope, in: 4, out: 6, kernel: 3, stride: 2, padding: 2, dilation: 2, groups: 2)
                .callAsFunction
        },
        .init("conv2d_pointwise_no_bias") { scope, _ in
            Conv2d(scope, in: 4, out: 6, kernel: 1, bias: false).callAsFunction
        },
        .init("conv_transpose2d") { scope, _ in
            ConvTranspose2d(scope, in: 4, out: 6, kernel: 4, stride: 2, padding: 1).callAsFunction
        },
        .init("conv_transpose2d_groups") { scope, _ in
            ConvTranspose2d(
                scope, in: 4, out: 6, kernel: 3, stride: 2, padding: 1, outputPadding: 1, groups: 2
            ).callAsFunction
        },
        .init("group_norm") { scope, _ in
            let norm = GroupNorm(scope, groups: 4, channels: 8, eps: 1e-6)
            return { try norm($0) }
        },
        .init("group_norm_tokens") { scope, _ in
            let norm = GroupNorm(scope, groups: 2, channels: 6)
            return { try norm($0) }
        },
        .init("layer_norm") { scope, _ in LayerNorm(scope, channels: 9).callAsFunction },
        .init("layer_norm_plain") { scope, _ in
            LayerNorm(scope, channels: 9, eps: 1e-6, affine: false).callAsFunction
        },
        .init("batch_norm") { scope, _ in
            let norm = BatchNorm(scope, channels: 5, eps: 2e-5)
            return { try norm($0) }
        },
        .init("batch_norm_vectors") { scope, _ in
            let norm = BatchNorm(scope, channels: 5)
            return { try norm($0) }
        },
        .init("batch_norm_training") { scope, _ in
            let norm = BatchNorm(scope, channels: 5, momentum: 0.3)
            return { try norm($0, training: true) }
        },
        .init("embedding") { scope, _ in Embedding(scope, count: 11, dim: 6).callAsFunction },
        .init("prelu") { scope, _ in PReLU(scope, channels: 4).callAsFunction },
        .init("prelu_shared") { scope, _ in PReLU(scope).callAsFunction },

        .function("silu", silu), .function("gelu", gelu), .function("gelu_tanh", geluTanh),
        .function("quick_gelu", quickGELU), .function("relu", relu), .function("relu6", relu6),
        .function("leaky_relu") { try leakyReLU($0, slope: 0.2) }, .function("softplus", softplus),
        .function("hard_swish", hardSwish), .function("hard_sigmoid", hardSigmoid),

        .function("max_pool") { try maxPool2d($0, kernel: 3, stride: 2, padding: 1) },
        .function("avg_pool") { try avgPool2d($0, kernel: 2) },
        .function("avg_pool_padded") {
            try avgPool2d($0, kernel: 3, stride: 2, padding: 1, countsPadding: false)
        },
        .function("adaptive_avg_pool") { try adaptiveAvgPool2d($0, size: [2, 4]) },
        .function("nearest") { try interpolate($0, size: [13, 5], mode: .nearest) },
        .function("nearest_exact") { try interpolate($0, size: [13, 5], mode: .nearestExact) },
        .function("bilinear") { try interpolate($0, size: [13, 5], mode: .bilinear) },
        .function("bilinear_corners") {
            try interpolate($0, size: [13, 5], mode: .bilinear, alignCorners: true)
        },
        .function("bilinear_antialias") {
            try interpolate($0, size: [3, 5], mode: .bilinear, antialias: true)
        },
        .function("bicubic") { try interpolate($0, size: [13, 5], mode: .bicubic) },
        .function("bicubic_antialias") {
            try interpolate($0, size: [3, 5], mode: .bicubic, antialias: true)
        },
        .function("pad_zeros") { try pad($0, [1, 2, 0, 3], value: 0.5) },
        .function("pad_reflection") { try pad($0, [1, 2, 3, 1], mode: .reflection) },
        .function("pad_border") { try pad($0, [1, 2, 3, 1], mode: .border) },
        .function("pixel_shuffle") { try pixelShuffle($0, factor: 2) },
        .function("pixel_unshuffle") { try pixelUnshuffle($0, factor: 3) },

        .init("attention") { _, f in { try attention($0, f["keys"], f["values"]) } },
        .init("attention_scaled") { _, f in
            { try attention($0, f["keys"], f["values"], scale: 0.2) }
        },
        .init("attention_added_mask") { _, f in
            { try attention($0, f["keys"], f["values"], mask: f["mask"]) }
        },
        .init("attention_choice_mask") { _, f in
            { try attention($0, f["keys"], f["values"], mask: f["choice"]) }
        },
        .init("attention_causal") { _, f in
            { try attention($0, f["keys"], f["values"], causal: true) }
        },
    ]
    + [InterpolationMode.bilinear, .nearest, .bicubic].flatMap { mode in
        [("zeros", PaddingMode.zeros), ("border", .border), ("reflection", .reflection)].flatMap {
            padding in
            [false, true].map { corners in
                LayerCase("grid_sample_\(mode)_\(padding.0)" + (corners ? "_corners" : "")) {
                    _, f in
                    {
                        try gridSample(
                            $0, f["grid"], mode: mode, padding: padding.1, alignCorners: corners)
                    }
                }
            }
        }
    }

@Suite struct LayerParityTests {
    let fixture: Fixture

    init() throws { fixture = try Fixture("layers/layers") }

    /// The layer with PyTorch's parameters, trainable, each alone in memory.
    func load(_ layer: LayerCase) throws -> (store: ParameterStore, run: LayerCase.Run) {
        let parameters = try fixture.tensors(under: "\(layer.name).params")
            .mapValues { try $0.cloned() }
        let store = try ParameterStore(loading: parameters)
        let run = try layer.build(store.root, fixture)
        try store.finish()
        if !store.entries.isEmpty { try store.train() }
        return (store, run)
    }

    @Test(arguments: layerCases) func matchesPyTorchForwardAndBackward(_ layer: LayerCase) throws {
        let (store, run) = try load(layer)
        let x = try fixture["\(layer.name).x"].cloned()
        if x.dtype.isFloatingPoint { try x.requiresGrad(true) }
        let y = try run(x)
        try expectClose(y, fixture["\(layer.name).y"], within: 1e-5, "output")
        try y.backward(seed: fixture["\(layer.name).seed"])
        if x.dtype.isFloatingPoint {
            let grad = try #require(try x.grad())
            try expectClose(grad, fixture["\(layer.name).grads.x"], within: 1e-5, "input gradient")
        }
        for entry in store.trainable {
            let grad = try #require(try entry.tensor.grad())
            try expectClose(
                grad, fixture["\(layer.name).grads.\(entry.name)"], within: 1e-5, entry.name)
        }
    }

    /// Negative control: each parameter and statistic matters, and so does the input.
    @Test(arguments: layerCases) func noticesOneWrongNumber(_ layer: LayerCase) throws {
        let (store, run) = try load(layer)
        let x = try fixture["\(layer.name).x"]
        let expected = try fixture["\(layer.name).y"]
        // Statistics of the batch replace the running ones while training.
        let entries = store.entries.filter { layer.name != "batch_norm_training" || !$0.isBuffer }
        for entry in entries {
            let saved = try entry.tensor.detached().cloned()
            try noGrad {
                try entry.tensor.reshaped([-1])[-1].fill(3)
                if layer.name == "embedding" { try entry.tensor.fill(3) }
                try expectFar(run(x), expected, entry.name)
                try entry.tensor.copy(from: saved)
            }
        }
        if x.dtype.isFloatingPoint {
            let other = try x.flipped(Array(0..<x.rank))
            try expectFar(noGrad { try run(other) }, expected, "input")
        }
    }

    @Test func noticesAnotherEpsilon() throws {
        let x = try fixture["group_norm.x"] * 1e-3
        let store = try ParameterStore(loading: fixture.tensors(under: "group_norm.params"))
        let norm = GroupNorm(store.root, groups: 4, channels: 8, eps: 1e-6)
        let other = try ParameterStore(loading: fixture.tensors(under: "group_norm.params"))
        let wrong = GroupNorm(other.root, groups: 4, channels: 8, eps: 1e-5)
        try expectFar(wrong(x), norm(x))
    }

    @Test func batchNormUpdatesItsStatisticsAsPyTorchDoes() throws {
        let (store, run) = try load(
            LayerCase("batch_norm_training") { scope, _ in
                let norm = BatchNorm(scope, channels: 5, momentum: 0.3)
                return { try norm($0, training: true) }
            })
        _ = try run(fixture["batch_norm_training.x"])
        for name in ["running_mean", "running_var"] {
            let updated = try #require(store[name])
            try expectClose(updated, fixture["batch_norm_training.after.\(name)"], within: 1e-6)
            try expectFar(updated, fixture["batch_norm_training.params.\(name)"])
        }
    }

    @Test func everyFixtureHasItsCase() {
        let recorded = Set(fixture.names.filter { $0.hasSuffix(".y") }.map { $0.dropLast(2) })
        #expect(recorded == Set(layerCases.map { $0.name[...] }))
    }
}
