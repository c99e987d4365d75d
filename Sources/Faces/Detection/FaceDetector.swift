import Checkpoints
import Images
import Layers
import Torch

/// A trained ``RetinaFace``, ready to find faces in pictures.
///
/// ```swift
/// let detector = try FaceDetector("mobilenet0.25_Final.pth")
/// let faces = try detector(picture, .init(order: .bySize))
/// let aligned = try FaceAlignment().aligned(picture, faces[0].points)
/// ```
public struct FaceDetector {
    /// How to look for faces.
    public struct Options: Hashable, Sendable {
        /// The least score of a face that is given.
        public var minimumScore: Double
        /// Of two boxes that share more than this part of their union, the surer one stays.
        public var overlap: Double
        /// Boxes that share more than this part of their union with a box that stays are averaged
        /// with it, their points too, weighed by their scores: many anchors see a face, and their
        /// errors differ. Nil leaves the surest as it is, as published.
        public var pooling: Double?
        /// The most boxes that are compared, the surest of all.
        public var candidates: Int
        /// The most faces that are given, the surest of all.
        public var limit: Int
        /// Pictures whose shorter side is below this many pixels are enlarged to it first: anchors
        /// are 16 pixels at least. Nil leaves them.
        public var shortestSide: Int?
        /// Pictures whose longer side is above this many pixels are shrunk to it first, whatever
        /// ``shortestSide`` says. Nil leaves them.
        public var longestSide: Int?
        /// The order of the faces.
        public var order: FaceOrder

        /// Options; the scores at which a gate or a crop should look, sizes as they are.
        public init(
            minimumScore: Double = 0.5, overlap: Double = 0.4, pooling: Double? = nil,
            candidates: Int = 5000,
            limit: Int = 750, shortestSide: Int? = nil, longestSide: Int? = 1600,
            order: FaceOrder = .leftToRight
        ) {
            self.minimumScore = minimumScore
            self.overlap = overlap
            self.pooling = pooling
            self.candidates = candidates
            self.limit = limit
            self.shortestSide = shortestSide
            self.longestSide = longestSide
            self.order = order
        }

        /// As portraits are made: sure faces from the left. Anchors are for faces of some hundred
        /// pixels, so larger pictures are shrunk; points of anchors that agree are averaged, which
        /// took a sixteenth off the error of the miniature's.
        public static let portraits = Options(
            minimumScore: 0.5, pooling: 0.6, longestSide: 1024, order: .leftToRight)
    }

    /// The network.
    public let network: RetinaFace
    /// Its parameters.
    public let store: ParameterStore

    /// A detector around a network that is already in memory.
    public init(_ network: RetinaFace, store: ParameterStore) {
        (self.network, self.store) = (network, store)
    }

    /// Reads a detector.
    ///
    /// - Parameters:
    ///   - path: a folder with `config.json` and `model.safetensors`, or one weight file, such as
    ///     `Resnet50_Final.pth`, whose sizes are then told from its tensors.
    ///   - dtype: converts the weights; nil keeps the file's type.
    ///   - device: where they go.
    /// - Throws: ``FaceError`` naming everything that does not fit; `CheckpointError`; `TorchError`.
    public init(_ path: String, dtype: DType? = nil, device: Device = .cpu) throws {
        let file = try NetworkFile(path)
        let configuration = try file.configuration.map { try RetinaFaceConfiguration(path: $0) }
        let chosen =
            try configuration ?? RetinaFaceConfiguration(of: file.source, path: file.weights)
        (network, store) = try file.load(dtype: dtype, device: device) { RetinaFace($0, chosen) }
    }

    /// The faces in a picture.
    ///
    /// - Parameters:
    ///   - image: the picture; grey ones count as colour.
    ///   - options: how to look.
    /// - Returns: boxes and points in the picture's own pixels.
    /// - Throws: `TorchError` when memory runs out; `ImageError`.
    public func callAsFunction(_ image: Image, _ options: Options = Options()) throws
        -> [DetectedFace]
    {
        let size = Self.size(of: image, options)
        let seen = try image.resized(width: size.width, height: size.height, .pilBilinear)
        var bytes = try seen.bytesTensor().unsqueezed(0)
        if image.channels == 1 { bytes = try bytes.expanded([1, 3, size.height, size.width]) }
        let weights = store.entries.first?.tensor
        return try noGrad {
            let input = try RetinaFace.input(bytes).to(weights?.device ?? .cpu)
                .to(weights?.dtype ?? .float32)
            let output = try network(input)
            let priors = try network.priors(
                width: size.width, height: size.height, device: input.device)
            let faces = try Self.faces(output, priors, options)
            return options.order.sorted(faces.map { $0.scaled(from: seen, to: image) })
        }
    }

    /// The faces of one picture's output, the surest first.
    ///
    /// - Parameters:
    ///   - output: of the network, for one picture, or the `picture`-th of a batch.
    ///   - priors: the anchors of the picture as the network saw it.
    ///   - options: how to look; sizes and order play no part.
    ///   - picture: which of the batch.
    /// - Returns: boxes and points in pixels of the picture that the network saw.
    /// - Throws: `TorchError`.
    public static func faces(
        _ output: RetinaFace.Output, _ priors: PriorBoxes, _ options: Options, picture: Int = 0
    ) throws -> [DetectedFace] {
        let scores: [Float] = try output.scores()[picture].to(.float32).toArray()
        let sure = scores.indices.filter { Double(scores[$0]) > options.minimumScore }
            .sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(options.candidates)
        guard !sure.isEmpty else { return [] }
        let rows = try Tensor(Array(sure), device: output.boxes.device)
        func pixels(_ decoded: Tensor) throws -> [Float] {
            let places = try decoded.indexSelected(0, rows).reshaped([-1, 2])
            let sides = try Tensor(
                [Float(priors.width), Float(priors.height)], device: places.device)
            return try (places * sides).toArray()
        }
        let boxes = try pixels(priors.decode(boxes: output.boxes[picture].to(.float32)))
        let points = try pixels(priors.decode(points: output.landmarks[picture].to(.float32)))
        let corners = (0..<sure.count).map { i in
            SIMD4(boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3])
        }
        let kept = NonMaximumSuppression.kept(
            corners, overlap: Float(options.overlap), limit: options.limit)
        return kept.map { index in
            let members =
                options.pooling.map {
                    NonMaximumSuppression.near(corners[index], corners, overlap: Float($0))
                } ?? [index]
            let weights = members.map { Double(scores[sure[$0]]) }
            let total = weights.reduce(0, +)
            func mean(_ value: (Int) -> Float) -> Double {
                zip(members, weights).reduce(0) { $0 + Double(value($1.0)) * $1.1 } / total
            }
            return DetectedFace(
                box: FaceBox(
                    left: mean { boxes[4 * $0] }, top: mean { boxes[4 * $0 + 1] },
                    right: mean { boxes[4 * $0 + 2] }, bottom: mean { boxes[4 * $0 + 3] }),
                score: Double(scores[sure[index]]),
                points: (0..<5).map { point in
                    Point(
                        mean { points[10 * $0 + 2 * point] },
                        mean { points[10 * $0 + 2 * point + 1] })
                })
        }
    }

    /// The size at which the network sees a picture.
    static func size(of image: Image, _ options: Options) -> (width: Int, height: Int) {
        let shorter = Double(min(image.width, image.height))
        let longer = Double(max(image.width, image.height))
        var scale = max(Double(options.shortestSide ?? 0) / shorter, 1)
        if let limit = options.longestSide { scale = min(scale, Double(max(limit, 1)) / longer) }
        func scaled(_ side: Int) -> Int { max(Int((Double(side) * scale).rounded()), 1) }
        return (scaled(image.width), scaled(image.height))
    }
}

extension DetectedFace {
    /// The face in another size of the picture; pixels' centres stay where they are in it.
    fileprivate func scaled(from seen: Image, to image: Image) -> DetectedFace {
        guard (seen.width, seen.height) != (image.width, image.height) else { return self }
        let map = AffineTransform2D.resizing(
            Double(image.width) / Double(seen.width), Double(image.height) / Double(seen.height))
        let (low, high) = (map(Point(box.left, box.top)), map(Point(box.right, box.bottom)))
        return DetectedFace(
            box: FaceBox(left: low.x, top: low.y, right: high.x, bottom: high.y), score: score,
            points: points.map { map($0) })
    }
}
