import Layers
import Torch

/// A face detector: for every anchor a score, a box and five points. Deng et al. 2020.
///
/// biubug6's Pytorch_Retinaface, with its keys: `body, fpn, ssh{1,2,3}, ClassHead.N, BboxHead.N,
/// LandmarkHead.N`. Differs from the paper as that implementation does: two anchors a cell, three
/// levels, no dense regression. Trained with ``MultiBoxLoss``; used through ``FaceDetector``.
public struct RetinaFace {
    /// What it was built from.
    public let configuration: RetinaFaceConfiguration
    private let body: DetectorBody
    private let pyramid: FeaturePyramid
    private let contexts: [ContextModule]
    private let classHeads, boxHeads, landmarkHeads: [Conv2d]

    /// What it says of P anchors, in the order of ``PriorBoxes``.
    public struct Output {
        /// Boxes relative to their anchors, `[B, P, 4]`; see ``PriorBoxes/decode(boxes:)``.
        public let boxes: Tensor
        /// Logits of background and face, `[B, P, 2]`.
        public let logits: Tensor
        /// Five points relative to their anchors, x and y in turn, `[B, P, 10]`.
        public let landmarks: Tensor

        /// An output from its parts.
        public init(boxes: Tensor, logits: Tensor, landmarks: Tensor) {
            (self.boxes, self.logits, self.landmarks) = (boxes, logits, landmarks)
        }

        /// Probability of a face `[B, P]`.
        public func scores() throws -> Tensor { try logits.softmax(along: -1)[.all, .all, 1] }
    }

    /// Takes the model's parameters, under the reference's keys.
    public init(_ scope: Scope, _ configuration: RetinaFaceConfiguration) {
        self.configuration = configuration
        let (channels, slope) = (configuration.channels, configuration.slope)
        body = DetectorBody(scope / "body", configuration.body)
        pyramid = FeaturePyramid(
            scope / "fpn", levels: configuration.levels, channels: channels, slope: slope)
        contexts = (1...3).map {
            ContextModule(scope / "ssh\($0)", channels: channels, slope: slope)
        }
        func heads(_ name: String, _ numbers: Int) -> [Conv2d] {
            configuration.anchors.enumerated().map { level, anchors in
                Conv2d(
                    scope / name / level / "conv1x1", in: channels, out: anchors * numbers,
                    kernel: 1)
            }
        }
        classHeads = heads("ClassHead", 2)
        boxHeads = heads("BboxHead", 4)
        landmarkHeads = heads("LandmarkHead", 10)
    }

    /// What of each picture's bytes, in BGR order, is taken away before the network sees it.
    public static let mean: [Double] = [104, 117, 123]

    /// Pictures as the network takes them.
    ///
    /// - Parameter bytes: `[B, 3, H, W]` or `[3, H, W]`, RGB, uint8 or 0...255.
    /// - Returns: BGR less ``mean``, float32, of the same shape.
    /// - Throws: `TorchError`.
    public static func input(_ bytes: Tensor) throws -> Tensor {
        let means = try Tensor(mean.map(Float.init), shape: [3, 1, 1], device: bytes.device)
        return try bytes.to(.float32).flipped([-3]) - means
    }

    /// Runs the network.
    ///
    /// - Parameters:
    ///   - pictures: `[B, 3, H, W]`, as ``input(_:)`` makes them, of any size.
    ///   - training: whether batch norms use and update by the batch's own statistics.
    /// - Returns: what it says of each anchor.
    /// - Throws: ``FaceError/shape(of:expected:found:)``; `TorchError`.
    public func callAsFunction(_ pictures: Tensor, training: Bool = false) throws -> Output {
        guard pictures.rank == 4, pictures.shape[1] == 3, pictures.count > 0 else {
            throw FaceError.shape(of: "pictures", expected: "[B, 3, H, W]", found: pictures.shape)
        }
        let maps = try pyramid(body(pictures, training: training), training: training)
        let features = try zip(contexts, maps).map { try $0($1, training: training) }
        func all(_ heads: [Conv2d], _ numbers: Int) throws -> Tensor {
            try .cat(
                zip(heads, features).map { head, map in
                    // [B, anchors * numbers, H, W] -> [B, H * W * anchors, numbers]
                    try head(map).permuted([0, 2, 3, 1]).reshaped([map.shape[0], -1, numbers])
                }, along: 1)
        }
        return Output(
            boxes: try all(boxHeads, 4), logits: try all(classHeads, 2),
            landmarks: try all(landmarkHeads, 10))
    }

    /// The anchors of pictures of a size, pixels.
    public func priors(width: Int, height: Int, device: Device = .cpu) throws -> PriorBoxes {
        try PriorBoxes(
            width: width, height: height, minSizes: configuration.minSizes, device: device)
    }
}

/// Coarse maps added to finer ones; keys `output{1,2,3}`, `merge{1,2}`. Lin et al. 2017.
private struct FeaturePyramid {
    let outputs, merges: [ConvBlock]

    init(_ scope: Scope, levels: [Int], channels: Int, slope: Double) {
        outputs = levels.enumerated().map { index, inputs in
            ConvBlock(
                scope / "output\(index + 1)", in: inputs, out: channels, kernel: 1, slope: slope)
        }
        merges = (1...2).map {
            ConvBlock(scope / "merge\($0)", in: channels, out: channels, slope: slope)
        }
    }

    /// Three maps to three maps, from fine to coarse, all of `channels`.
    func callAsFunction(_ maps: [Tensor], training: Bool) throws -> [Tensor] {
        var result = try zip(outputs, maps).map { try $0($1, training: training) }
        for level in [1, 0] {
            let size = Array(result[level].shape.suffix(2))
            let above = try interpolate(result[level + 1], size: size, mode: .nearest)
            result[level] = try merges[level](result[level] + above, training: training)
        }
        return result
    }
}

/// A look at the surroundings in three widths; Najibi et al. 2017 ("SSH"). Keys as the reference
/// writes them, in mixed case.
private struct ContextModule {
    let near, middle1, middle2, far2, far3: ConvBlock

    init(_ scope: Scope, channels: Int, slope: Double) {
        let (half, quarter) = (channels / 2, channels / 4)
        near = ConvBlock(scope / "conv3X3", in: channels, out: half, slope: nil)
        middle1 = ConvBlock(scope / "conv5X5_1", in: channels, out: quarter, slope: slope)
        middle2 = ConvBlock(scope / "conv5X5_2", in: quarter, out: quarter, slope: nil)
        far2 = ConvBlock(scope / "conv7X7_2", in: quarter, out: quarter, slope: slope)
        far3 = ConvBlock(scope / "conv7x7_3", in: quarter, out: quarter, slope: nil)
    }

    /// `[B, channels, H, W]` to the same shape.
    func callAsFunction(_ x: Tensor, training: Bool) throws -> Tensor {
        let shared = try middle1(x, training: training)
        return try relu(
            .cat(
                [
                    near(x, training: training), middle2(shared, training: training),
                    far3(far2(shared, training: training), training: training),
                ], along: 1))
    }
}
