import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Torch

/// What portraits are made with, loaded once.
struct PortraitTools {
    var model: PortraitModel
    /// Finds faces; nil if the model has none, and boxes must say where they are.
    let detector: FaceDetector?
    /// Recogniser A, which may choose; nil if the model has none.
    let recogniser: FaceRecogniser?
    /// What the model is called.
    let name: String
    /// Of the weights that portraits follow from: the recogniser's among them where it guides.
    var fingerprint: String { isGuided ? guidedFingerprint : plainFingerprint }
    /// Whether recogniser A has its say while portraits are made, not only after.
    var isGuided: Bool { model.settings.identity.weight > 0 }
    private let plainFingerprint, guidedFingerprint: String
    private let codec: VipsCodec

    /// Loads a base's folder, or `miniature`; nets, detector and recogniser are the folder's own where
    /// they are nil.
    init(
        model name: String, nets: String?, detector: String?, recogniser: String?, dtype: DType,
        device: Device
    ) throws {
        let path = try ShippedModel.folder(name)
        let folder = try DiffusersFolder(path)
        model = try PortraitModel(folder, nets: nets, dtype: dtype, device: device)
        self.name = pathParts(path).name
        let own = "\(path)/detector"
        let found = detector ?? (Self.exists(own) ? own : nil)
        self.detector = try found.map {
            try FaceDetector($0, dtype: .float32, device: device)
        }
        let known = "\(path)/recogniser_a"
        let judge = recogniser ?? (Self.exists(known) ? known : nil)
        self.recogniser = try judge.map {
            try FaceRecogniser($0, dtype: .float32, device: device)
        }
        // The guide takes as long as the networks: in their dtype.
        model.recogniser =
            try dtype == .float32
            ? self.recogniser
            : judge.map { try FaceRecogniser($0, dtype: dtype, device: device) }
        let net = nets ?? "\(path)/ic_portrait"
        let parts =
            [
                "\(path)/unet", "\(path)/vae", "\(path)/image_encoder", "\(path)/scheduler",
                "\(net)/matching",
                "\(net)/appearance",
            ] + (found.map { [$0] } ?? [])
        plainFingerprint = try ModelFingerprint.of(parts)
        guidedFingerprint = try ModelFingerprint.of(parts + (judge.map { [$0] } ?? []))
        // Faces may be small parts of large pictures, and the miniature's portraits are small.
        codec = try VipsCodec(limits: ImageLimits(sides: 32...16384))
        // Every step asks for the same sizes.
        LibTorch.keepFreedMemory()
    }

    private static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: path)
    }

    /// A picture and its record.
    func picture(_ path: String) throws -> (image: Image, file: PortraitRecord.File) {
        let bytes = try Input.bytes(of: path, limit: codec.limits.bytes)
        let image = try Input.naming(path) { try codec.decode(bytes).image }
        return (try image.rgb(), .init(path, bytes))
    }

    /// The head of whom a portrait will show; strangers in the background are smaller.
    func profile(
        _ picture: Image, named name: String, _ choice: FaceChoice = .any, advice: FaceAdvice
    ) throws -> HeadView {
        try HeadView.chosen(
            in: picture, named: name, choice, prefersLargest: true, side: model.encoder.side,
            by: detector, advice: advice)
    }

    /// A picture that this program made.
    func made(_ path: String) throws -> Image {
        let bytes = try Input.bytes(of: path, limit: PortraitRecord.byteLimit)
        return try Input.naming(path) { try decoded(bytes) }
    }

    /// What comes back of a picture that is written in a format: the same, or what a JPEG leaves.
    func kept(_ image: Image, as format: OutputFormat) throws -> Image {
        try decoded(codec.encode(image, as: format))
    }

    private func decoded(_ bytes: [UInt8]) throws -> Image {
        var limits = codec.limits
        limits.bytes = PortraitRecord.byteLimit
        return try VipsCodec(limits: limits).decode(bytes).image.rgb()
    }

    /// A finished portrait as a file.
    func encoded(_ image: Image, _ record: PortraitRecord, as format: OutputFormat) throws
        -> [UInt8]
    {
        // Other programs' words in the reference come along.
        let words = try record.metadata().adding(record.reference.carried, for: format.format)
        return try codec.encode(image, as: format, text: words)
    }

    /// A picture without words.
    func encoded(_ image: Image) throws -> [UInt8] { try codec.encode(image, as: .png()) }

    /// How alike two heads are by recogniser A, -1...1; nil without one, or where a face is lost.
    func likeness(of portrait: Image, to profile: HeadView) throws -> Double? {
        guard let recogniser, let detector, let own = profile.face else { return nil }
        let faces = FaceOrder.bySize.sorted(try detector.portraitFaces(in: portrait))
        guard let found = faces.first else { return nil }
        let pair = try [
            recogniser.alignment.aligned(portrait, found.points),
            recogniser.alignment.aligned(profile.picture, own.points),
        ]
        let embeddings = try recogniser(pair)
        return try recogniser.similarity(embeddings[0..<1], embeddings[1..<2]).item()
    }
}

extension Image {
    /// Three channels.
    fileprivate func rgb() throws -> Image {
        guard channels == 1 else { return self }
        return try Image(width: width, height: height) { out in
            withPixels { source in
                for i in 0..<source.count {
                    for c in 0..<3 { out[3 * i + c] = source[i] }
                }
            }
        }
    }
}
