import Layers
import Torch

/// Sizes of CLIP's residual image encoder.
struct CLIPResNetShape: Hashable, Sendable {
    let imageSize, projectionDim, width, headWidth: Int
    let layers: [Int]

    /// Channels of the last grid.
    var channels: Int { width * 32 }
    /// Side of the last grid.
    var lastSide: Int { imageSize / 32 }

    /// Reads `embed_dim` and `vision_cfg` of open_clip's model configurations.
    init(_ file: ConfigurationFile) {
        projectionDim = file.read("embed_dim", as: Int.self)
        file.ignore("text_cfg", "architectures", "quick_gelu", "custom_text", "torch_dtype")
        guard let vision = file.object("vision_cfg") else {
            file.report("vision_cfg: expected an object, found null")
            (imageSize, width, headWidth, layers) = (32, 2, 64, [1, 1, 1, 1])
            return
        }
        let side = vision.read("image_size", default: 224)
        let width = vision.read("width", default: 64)
        let head = vision.read("head_width", default: 64)
        let layers = vision.read("layers", as: [Int].self)
        vision.ignore("patch_size")
        let fits =
            side >= 32 && width >= 2 && width.isMultiple(of: 2) && head >= 1
            && (width * 32).isMultiple(of: head) && layers.count == 4
            && layers.allSatisfy { $0 > 0 }
        if !fits {
            vision.report(
                "layers: expected 4 numbers of blocks, an image_size of 32 or more and an even "
                    + "width with 32 times it a multiple of head_width, found \(layers), "
                    + "\(side), \(width) and \(head)"
            )
        }
        imageSize = fits ? side : 32
        self.width = fits ? width : 2
        headWidth = fits ? head : 64
        self.layers = fits ? layers : [1, 1, 1, 1]
    }
}

/// CLIP's residual image encoder: a stem of three convolutions, means where others stride, and a
/// last grid that is pooled by attention. Radford et al. 2021, section 2.4; He et al. 2016 (D).
///
/// Keys are those of open_clip's `ModifiedResNet`: `conv1...3, bn1...3, layer1...4.N, attnpool`.
struct CLIPResNet {
    private let shape: CLIPResNetShape
    private let stem: [(conv: Conv2d, norm: BatchNorm)]
    private let stages: [[CLIPBottleneck]]
    private let attnpool: CLIPAttentionPool
    private let path: String

    init(_ scope: Scope, _ shape: CLIPResNetShape) {
        self.shape = shape
        path = scope.path
        let half = shape.width / 2
        stem = [(3, half), (half, half), (half, shape.width)].enumerated().map { index, sizes in
            (
                Conv2d(
                    scope / "conv\(index + 1)", in: sizes.0, out: sizes.1, kernel: 3,
                    stride: index == 0 ? 2 : 1, padding: 1, bias: false),
                BatchNorm(scope / "bn\(index + 1)", channels: sizes.1)
            )
        }
        var inputs = shape.width
        stages = shape.layers.enumerated().map { stage, blocks in
            (0..<blocks).map { index in
                let planes = shape.width << stage
                defer { inputs = 4 * planes }
                return CLIPBottleneck(
                    scope / "layer\(stage + 1)" / index, in: inputs, planes: planes,
                    stride: stage > 0 && index == 0 ? 2 : 1)
            }
        }
        attnpool = CLIPAttentionPool(scope / "attnpool", shape)
    }

    /// `[B, 3, S, S]` to every stage's grid, and what is made of them.
    func callAsFunction(_ pictures: Tensor, training: Bool, hooks: FeatureHooks) throws
        -> CLIPVisionOutput
    {
        let dtype = stem[0].conv.weight.dtype
        var x = try pictures.to(dtype).contiguous(.channelsLast)
        for (conv, norm) in stem { x = try relu(norm(conv(x), training: training)) }
        x = try avgPool2d(x, kernel: 2)
        var states = [try tokens(x)]
        for (index, stage) in stages.enumerated() {
            for block in stage { x = try block(x, training: training) }
            x = try hooks("\(path).layer\(index + 1)", x)
            states.append(try tokens(x))
        }
        let grid = states[states.count - 1]
        let pooled = try attnpool(grid)
        return CLIPVisionOutput(
            lastHiddenState: grid, hiddenStates: states, pooled: pooled,
            imageEmbeds: try attnpool.cProj(pooled))
    }

    /// `[B, C, H, W]` to `[B, H W, C]`.
    private func tokens(_ x: Tensor) throws -> Tensor { try x.flattened(from: 2).transposed(1, 2) }
}

/// Three convolutions and a shortcut; a stride is a mean before the last of each.
private struct CLIPBottleneck {
    let conv1, conv2, conv3: Conv2d
    let bn1, bn2, bn3: BatchNorm
    let downsample: (conv: Conv2d, norm: BatchNorm)?
    let stride: Int

    init(_ scope: Scope, in inputs: Int, planes: Int, stride: Int) {
        self.stride = stride
        let outputs = 4 * planes
        conv1 = Conv2d(scope / "conv1", in: inputs, out: planes, kernel: 1, bias: false)
        bn1 = BatchNorm(scope / "bn1", channels: planes)
        conv2 = Conv2d(scope / "conv2", in: planes, out: planes, kernel: 3, padding: 1, bias: false)
        bn2 = BatchNorm(scope / "bn2", channels: planes)
        conv3 = Conv2d(scope / "conv3", in: planes, out: outputs, kernel: 1, bias: false)
        bn3 = BatchNorm(scope / "bn3", channels: outputs)
        let own = scope / "downsample"
        downsample =
            stride == 1 && inputs == outputs
            ? nil
            : (
                Conv2d(own / 0, in: inputs, out: outputs, kernel: 1, bias: false),
                BatchNorm(own / 1, channels: outputs)
            )
    }

    /// `[B, inputs, H, W]` to `[B, 4 planes, H / stride, W / stride]`, sizes rounded down.
    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        var y = try relu(bn1(conv1(x), training: training))
        y = try strided(relu(bn2(conv2(y), training: training)))
        y = try bn3(conv3(y), training: training)
        guard let downsample else { return try relu(y + x) }
        return try relu(y + downsample.norm(downsample.conv(strided(x)), training: training))
    }

    private func strided(_ x: Tensor) throws -> Tensor {
        try stride == 1 ? x : avgPool2d(x, kernel: stride)
    }
}

/// The mean of a grid asks the grid, once: attention with one query.
private struct CLIPAttentionPool {
    let positionalEmbedding: Tensor
    let kProj, qProj, vProj, cProj: Linear
    let headWidth: Int

    init(_ scope: Scope, _ shape: CLIPResNetShape) {
        let channels = shape.channels
        headWidth = shape.headWidth
        positionalEmbedding = scope.parameter(
            "positional_embedding", [shape.lastSide * shape.lastSide + 1, channels],
            .normal(std: 1 / Double(channels).squareRoot()))
        kProj = Linear(scope / "k_proj", in: channels, out: channels)
        qProj = Linear(scope / "q_proj", in: channels, out: channels)
        vProj = Linear(scope / "v_proj", in: channels, out: channels)
        cProj = Linear(scope / "c_proj", in: channels, out: shape.projectionDim)
    }

    /// `[B, N, C]` to `[B, C]`, before the last projection.
    func callAsFunction(_ grid: Tensor) throws -> Tensor {
        let mean = try grid.mean([1], keepDims: true)
        let x = try Tensor.cat([mean, grid], along: 1) + positionalEmbedding
        let query = try qProj(x.sliced(1, from: 0, to: 1))
        let seen = try attention(split(query), split(kProj(x)), split(vProj(x)))
        return try seen.transposed(1, 2).flattened(from: 1)
    }

    /// `[B, N, C]` to `[B, heads, N, C / heads]`.
    private func split(_ x: Tensor) throws -> Tensor {
        let sizes = x.shape
        return try x.view([sizes[0], sizes[1], -1, headWidth]).transposed(1, 2)
    }
}
