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
        /// Whether the picture is looked at in a mirror as well: a face's score is the mean of both,
        /// and boxes and points, if pooled, are averaged. Twice the time.
        public var mirrored: Bool
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
            mirrored: Bool = false, candidates: Int = 5000, limit: Int = 750,
            shortestSide: Int? = nil, longestSide: Int? = 1600,
            order: FaceOrder = .leftToRight
        ) {
            self.minimumScore = minimumScore
            self.overlap = overlap
            self.pooling = pooling
            self.mirrored = mirrored
            self.candidates = candidates
            self.limit = limit
            self.shortestSide = shortestSide
            self.longestSide = longestSide
            self.order = order
        }

        /// As portraits are made: sure faces from the left. Anchors are for faces of some hundred
        /// pixels, so larger pictures are shrunk; points of anchors that agree are averaged, those of
        /// the mirror image too, and a find that only one of both shows counts half.
        public static let portraits = Options(
            minimumScore: 0.5, pooling: 0.6, mirrored: true, longestSide: 1024, order: .leftToRight)
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
            let faces = try Self.faces(network, input, options)
            return options.order.sorted(faces.map { $0.scaled(from: seen, to: image) })
        }
    }

    /// The faces of a picture as the network takes it, the surest first.
    ///
    /// - Parameters:
    ///   - network: the detector.
    ///   - input: `[1, 3, H, W]`, as ``RetinaFace/input(_:)`` makes it.
    ///   - options: how to look; sizes and order play no part.
    /// - Returns: boxes and points in pixels of the input.
    /// - Throws: ``FaceError``, `TorchError`.
    public static func faces(_ network: RetinaFace, _ input: Tensor, _ options: Options) throws
        -> [DetectedFace]
    {
        let (height, width) = (input.shape[2], input.shape[3])
        let priors = try network.priors(width: width, height: height, device: input.device)
        guard options.mirrored else {
            return try FaceCandidates(network(input), priors, options).faces(options)
        }
        let output = try network(.cat([input, input.flipped([3])]))
        let mirror = try FaceCandidates(output, priors, options, picture: 1)
        return try FaceCandidates(output, priors, options)
            .joined(mirror: mirror.mirrored(width: width), limit: options.candidates)
            .faces(options)
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
