import TestSupport
import Testing
import Torch

/// Our kernels against libtorch's operators in double precision, and against libtorch's own bf16.
/// Where they do not run, the same names are libtorch's operators, and the claims still hold.
@Suite struct FusedKernelsTests {
    private typealias Function = ([Tensor]) throws -> Tensor

    /// Output and gradients of `function` computed in `dtype`.
    private func run(_ function: Function, _ inputs: [Tensor], _ seed: Tensor, _ dtype: DType)
        throws -> [Tensor]
    {
        let own = try inputs.map { try $0.to(dtype).detached().requiresGrad(true) }
        let y = try function(own)
        let gradients = try y.gradients(for: own, seed: seed.to(dtype))
        return try [y.detached()] + gradients.map { try #require($0) }
    }

    /// Length of the difference, of the expected tensor's.
    private func distance(_ actual: Tensor, _ expected: Tensor) throws -> Double {
        let difference = try actual.to(.float64) - expected
        return try difference.norm().item() / max(expected.norm().item(), 1e-12)
    }

    /// Holds `fused` to double precision, no further from it than half again of what `plain` is; and
    /// checks that `wrong` inputs would not pass.
    private func check(
        fused: Function, plain: Function, _ inputs: [Tensor], wrong: [Tensor], seed: Tensor,
        _ what: String
    ) throws {
        let half = try inputs.map { try $0.to(.bfloat16) }
        let truth = try run(plain, half, seed.to(.bfloat16), .float64)
        let ours = try run(fused, half, seed, .bfloat16)
        let theirs = try run(plain, half, seed, .bfloat16)
        let others = try run(fused, wrong, seed, .bfloat16)
        for (k, expected) in truth.enumerated() {
            let own = try distance(ours[k], expected)
            let bound = try 1.5 * distance(theirs[k], expected) + 2e-3
            #expect(own < bound, "\(what), tensor \(k)")
            // Some gradients do not depend on the inputs.
            if k == 0 { try #expect(distance(others[k], expected) > 5 * bound, "\(what), control") }
        }
    }

    @Test(arguments: [
        // batch, heads, queries, keys, width: whole blocks, rests of blocks, odd numbers of keys
        [2, 4, 256, 256, 32], [1, 2, 100, 77, 48], [2, 2, 130, 97, 40], [1, 1, 70, 300, 160],
        [1, 3, 64, 64, 8], [1, 2, 65, 5, 66], [1, 1, 330, 70, 64],
    ])
    func attentionIsSoftmaxAttention(_ shape: [Int]) throws {
        let generator = try Generator(seed: 3)
        let (batch, heads, queries, keys, width) = (
            shape[0], shape[1], shape[2], shape[3], shape[4]
        )
        func draw(_ rows: Int) throws -> Tensor {
            try .randn([batch, rows, heads * width], generator: generator) * 1.5
        }
        func split(_ x: Tensor) throws -> Tensor {
            try x.view([batch, x.shape[1], heads, width]).transposed(1, 2)
        }
        // Also keys that count less, or not at all.
        var weights = [Float](repeating: 0, count: keys)
        for key in stride(from: 0, to: keys, by: 3) { weights[key] = -1 }
        weights[keys - 1] = -.infinity
        let bias = try Tensor(weights, shape: [1, 1, 1, keys])
        for bias in [nil, bias] {
            func apply(_ name: String) -> Function {
                { x in
                    let mask = try bias?.to(x[0].dtype)
                    let (q, k, v) = try (split(x[0]), split(x[1]), split(x[2]))
                    let y =
                        name == "fused"
                        ? try Operator("likeness::attention")(q, k, v, mask)
                        : try Operator("aten::scaled_dot_product_attention")(q, k, v, mask)
                    return try y.transposed(1, 2).flattened(from: 2)
                }
            }
            let inputs = try [draw(queries), draw(keys), draw(keys)]
            let wrong = try [inputs[0] * -1, inputs[1] * 1, inputs[2] * -1]
            try check(
                fused: apply("fused"), plain: apply("plain"), inputs, wrong: wrong,
                seed: draw(queries), "\(shape), bias \(bias != nil)")
        }
    }

    @Test(arguments: [
        [2, 64, 8, 8, 8], [1, 320, 16, 16, 32], [3, 40, 5, 7, 4], [1, 96, 64, 64, 3],
        [2, 16, 48, 64, 2], [1, 8, 130, 100, 2],
    ])
    func groupNormShiftsNormalisesAndActivates(_ shape: [Int]) throws {
        let generator = try Generator(seed: 4)
        let (channels, groups) = (shape[1], shape[4])
        for silu in [false, true] {
            let fused: Function = { x in
                try Operator("likeness::group_norm")(
                    x[0].contiguous(.channelsLast), groups, x[1], x[2], x[3], 1e-5, silu)
            }
            let plain: Function = { x in
                let shifted = try x[0] + x[3].unsqueezed(-1).unsqueezed(-1)
                let y = try Operator("aten::group_norm")(shifted, groups, x[1], x[2], 1e-5)
                return silu ? try Operator("aten::silu")(y) : y
            }
            func draw(_ shape: [Int]) throws -> Tensor { try .randn(shape, generator: generator) }
            let picture = Array(shape[0..<4])
            let inputs = try [
                draw(picture) * 2 + draw([1, channels, 1, 1]), draw([channels]), draw([channels]),
                draw([shape[0], channels]),
            ]
            let wrong = try [inputs[0] * -1 + 1, inputs[1] * -1, inputs[2], inputs[3]]
            try check(
                fused: fused, plain: plain, inputs, wrong: wrong, seed: draw(picture),
                "\(shape), silu \(silu)")
        }
    }

    @Test(arguments: [[2, 10, 64], [33, 6], [1, 50, 2560]])
    func gegluGatesByGELU(_ shape: [Int]) throws {
        let generator = try Generator(seed: 5)
        let x = try Tensor.randn(shape, generator: generator) * 2
        let seed = try Tensor.randn(
            shape.dropLast() + [(shape.last ?? 0) / 2], generator: generator)
        try check(
            fused: { try Operator("likeness::geglu")($0[0]) },
            plain: { x in
                let halves = try x[0].chunked(2, along: -1)
                return try halves[0] * Operator("aten::gelu")(halves[1])
            }, [x], wrong: [x * -1 + 1], seed: seed, "\(shape)")
    }

    @Test(arguments: [[2, 40, 5, 7], [33, 96, 14, 14], [5, 17]])
    func preluLearnsItsSlopes(_ shape: [Int]) throws {
        let generator = try Generator(seed: 8)
        let x = try Tensor.randn(shape, generator: generator)
        let slopes = try Tensor.rand([shape[1]], generator: generator)
        try check(
            fused: { x in
                let laid = x[0].rank == 4 ? try x[0].contiguous(.channelsLast) : x[0]
                return try Operator("likeness::prelu")(laid, x[1])
            }, plain: { try Operator("aten::prelu")($0[0], $0[1]) }, [x, slopes],
            wrong: [x * -1, slopes], seed: .randn(shape, generator: generator), "\(shape)")
    }

    @Test(arguments: [[2, 16, 5, 7, 24], [1, 64, 8, 8, 64]])
    func doublingBeforeAConvolutionIsMergedIntoIt(_ shape: [Int]) throws {
        let generator = try Generator(seed: 7)
        func draw(_ shape: [Int]) throws -> Tensor { try .randn(shape, generator: generator) }
        let (channels, height, width, outputs) = (shape[1], shape[2], shape[3], shape[4])
        let inputs = try [
            draw([shape[0], channels, height, width]), draw([outputs, channels, 3, 3]) * 0.1,
            draw([outputs]),
        ]
        // Another order of the taps.
        let wrong = try [inputs[0], inputs[1].transposed(2, 3), inputs[2]]
        let fused: Function = { x in
            try Operator("likeness::upsample_conv")(x[0].contiguous(.channelsLast), x[1], x[2])
        }
        try check(
            fused: fused,
            plain: { x in
                let doubled = try Operator("aten::upsample_nearest2d")(
                    x[0], [2 * height, 2 * width])
                return try Operator("aten::conv2d")(doubled, x[1], x[2], [1, 1], [1, 1])
            }, inputs, wrong: wrong, seed: draw([shape[0], outputs, 2 * height, 2 * width]),
            "\(shape)")
        // What is kept of a weight follows its changes.
        try noGrad {
            let half = try inputs.map { try $0.to(.bfloat16) }
            let before = try fused(half)
            try half[1].copy(from: half[1] * 2)
            let after = try fused(half)
            let bias = try half[2].reshaped([1, outputs, 1, 1])
            try expectClose(after - bias, (before - bias) * 2, within: 0.02)
        }
    }

    @Test(arguments: [[2, 40, 9, 7, 3, 1], [1, 33, 11, 12, 5, 2], [2, 64, 7, 7, 7, 0]])
    func depthwiseConvolutionsWithAStride(_ shape: [Int]) throws {
        let (batch, channels, kernel, padding) = (shape[0], shape[1], shape[4], shape[5])
        let (height, width) = (shape[2], shape[3])
        let generator = try Generator(seed: 9)
        func draw(_ shape: [Int]) throws -> Tensor { try .randn(shape, generator: generator) }
        let inputs = try [
            draw([batch, channels, height, width]), draw([channels, 1, kernel, kernel]),
        ]
        func side(_ length: Int) -> Int { (length + 2 * padding - kernel) / 2 + 1 }
        try check(
            fused: { x in
                try Operator("likeness::depthwise_conv")(
                    x[0].contiguous(.channelsLast), x[1], 2, padding)
            },
            plain: { x in
                try Operator("aten::conv2d")(
                    x[0], x[1], Tensor?.none, [2, 2], [padding, padding], [1, 1], channels)
            }, inputs, wrong: [inputs[0], inputs[1].transposed(2, 3)],
            seed: draw([batch, channels, side(height), side(width)]), "\(shape)")
    }

    @Test func sumsDoNotDependOnThreads() throws {
        let generator = try Generator(seed: 10)
        func draw(_ shape: [Int]) throws -> Tensor { try .randn(shape, generator: generator) }
        let picture = try draw([1, 64, 96, 80])
        let (scale, shift, tokens) = try (draw([64]), draw([64]), draw([1, 1, 300, 32]))
        func norm(_ x: [Tensor]) throws -> Tensor {
            try Operator("likeness::group_norm")(
                x[0].contiguous(.channelsLast), 4, x[1], x[2], Tensor?.none, 1e-5, true)
        }
        func attention(_ x: [Tensor]) throws -> Tensor {
            try Operator("likeness::attention")(x[0], x[0] * 2, x[0] + 1)
        }
        let seeds = try (draw(picture.shape), draw(tokens.shape))
        let usual = LibTorch.threadCount
        defer { try? LibTorch.setThreadCount(usual) }
        let results = try [1, 3].map { count in
            try LibTorch.setThreadCount(count)
            return try run(norm, [picture, scale, shift], seeds.0, .bfloat16)
                + run(attention, [tokens], seeds.1, .bfloat16)
        }
        for (one, several) in zip(results[0], results[1]) {
            #expect(try one.isEqual(to: several))
        }
    }

    @Test func floatsAreLeftToLibtorch() throws {
        let generator = try Generator(seed: 6)
        let q = try Tensor.randn([1, 2, 40, 32], generator: generator)
        let x = try Tensor.randn([1, 16, 8, 8], generator: generator)
        let (weight, bias) = try (Tensor.ones([16]) * 2, Tensor.ones([16]))
        let ours = try [
            Operator("likeness::attention")(q, q, q),
            Operator("likeness::group_norm")(x, 4, weight, bias, Tensor?.none, 1e-5, true),
        ]
        let theirs = try [
            Operator("aten::scaled_dot_product_attention")(q, q, q),
            Operator("aten::silu")(Operator("aten::group_norm")(x, 4, weight, bias, 1e-5)),
        ]
        for (own, expected) in zip(ours, theirs) { #expect(try own.isEqual(to: expected)) }
    }
}
