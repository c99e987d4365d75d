import Checkpoints
import Diffusion
import Faces
import Foundation
import Images
import Layers
import Torch

/// Everything that IC-Portrait makes portraits with: a base, its autoencoder and image encoder, and
/// the two nets.
///
/// ```swift
/// let model = try PortraitModel(DiffusersFolder("Models/miniature"))
/// let conditions = try model.conditions(profile: anna, reference: painting, seed: 7)
/// let run = try model.denoising(conditions, seed: 7)
/// for step in run { print(try step.get().index) }
/// let portrait = try model.encoder.image(run.portrait)
/// ```
public struct PortraitModel {
    /// The base and both nets.
    public var networks: ICPortraitNetworks
    /// The base's autoencoder and image encoder.
    public let encoder: HeadEncoder
    /// The base's schedule of noise.
    public let scheduler: SchedulerConfiguration
    /// What the nets were trained with; change what is for inference.
    public var settings: ICPortraitSettings
    /// Who tells people apart, for guidance by identity, in the networks' dtype; none is read with the
    /// model.
    public var recogniser: FaceRecogniser?
    /// What a user should know about the files, each a sentence.
    public let notes: [String]

    /// Reads a base and the nets that go with it.
    ///
    /// - Parameters:
    ///   - folder: of the base, with `unet`, `vae`, `image_encoder` and `scheduler`.
    ///   - nets: a folder with `matching`, `appearance` and `settings.json`; `ic_portrait` in the
    ///     base's if nil.
    ///   - dtype: of all networks.
    ///   - device: where they go.
    /// - Throws: ``ICPortraitError`` for parts that are missing or do not go together;
    ///   `DiffusionError` for what is wrong with one; `CheckpointError`, `TorchError`.
    public init(
        _ folder: DiffusersFolder, nets: String? = nil, dtype: DType = .float32,
        device: Device = .cpu
    ) throws {
        let nets = try Self.checked(nets, of: folder)
        settings = try Self.settings(of: folder, nets: nets)
        let unet = try folder.component("unet", as: NetworkKind.unet.rawValue)
            .unet(dtype: dtype, device: device)
        let vae = try folder.component("vae", as: NetworkKind.autoencoder.rawValue)
            .autoencoder(dtype: dtype, device: device)
        let vision = try folder.component("image_encoder").clipVision(dtype: dtype, device: device)
        let matching = try ModelFolder("\(nets)/matching")
            .latentControlNet(dtype: dtype, device: device)
        let appearance = try ModelFolder("\(nets)/appearance")
            .latentControlNet(dtype: dtype, device: device)
        let json = try folder.component("scheduler").configuration().path
        scheduler = try SchedulerConfiguration.load(
            json: Array(String(contentsOfFile: json, encoding: .utf8).utf8), from: json)
        let base = unet.network.configuration
        let width = vision.network.configuration.projectionDim
        guard width == base.crossAttentionDim else {
            throw ICPortraitError(
                "\(folder.path)/image_encoder: expected embeddings of \(base.crossAttentionDim) "
                    + "numbers, which the base attends to, found \(width); use a base that was "
                    + "trained on this encoder's embeddings.")
        }
        for (name, net) in [("matching", matching), ("appearance", appearance)]
        where net.network.configuration != base {
            throw ICPortraitError(
                "\(nets)/\(name): expected a copy of \(folder.path)/unet, found another shape; "
                    + "train the nets on this base.")
        }
        networks = ICPortraitNetworks(
            base: unet.network, matching: matching.network, appearance: appearance.network)
        encoder = HeadEncoder(
            autoencoder: vae.network, imageEncoder: vision.network,
            side: (base.sampleSize ?? 64) * vae.network.configuration.downFactor, dtype: dtype,
            device: device)
        notes = unet.notes + vae.notes + vision.notes + matching.notes + appearance.notes
    }

    /// The folder of the nets, after a look whether everything is there.
    static func checked(_ nets: String?, of folder: DiffusersFolder) throws -> String {
        let nets = nets ?? "\(folder.path)/ic_portrait"
        for name in ["matching", "appearance"]
        where !FileManager.default.fileExists(atPath: "\(nets)/\(name)/config.json") {
            throw ICPortraitError(
                "\(nets)/\(name): expected IC-Portrait's \(name) net, found none; train it with "
                    + "`likeness train \(name)`, or name the folder that holds both nets.")
        }
        guard folder.has("image_encoder") else {
            throw ICPortraitError(
                "\(folder.path): expected an image_encoder, whose embedding stands for the prompt, "
                    + "found none; add the CLIP model that the base was made with.")
        }
        return nets
    }

    /// What the nets were trained with.
    ///
    /// - Parameters:
    ///   - folder: of the base.
    ///   - nets: the folder of both nets; `ic_portrait` in the base's if nil.
    /// - Returns: the defaults where nothing is written.
    /// - Throws: `TrainingError` for settings that are not ones.
    public static func settings(of folder: DiffusersFolder, nets: String? = nil) throws
        -> ICPortraitSettings
    {
        let path = "\(nets ?? "\(folder.path)/ic_portrait")/settings.json"
        guard FileManager.default.fileExists(atPath: path) else { return ICPortraitSettings() }
        let file = try InputFile(path)
        return try ICPortraitSettings(json: file.bytes(at: 0, count: file.size), from: path)
    }

    /// What one portrait is made from.
    ///
    /// - Parameters:
    ///   - profile: the head crop of whom it will show.
    ///   - reference: the head crop that gives pose, style and light.
    ///   - seed: of which cells of the reference are seen.
    /// - Returns: latents and numbers, fixed for the run.
    /// - Throws: ``ICPortraitError``, `ImageError`, `TorchError`.
    public func conditions(profile: Image, reference: Image, seed: UInt64) throws
        -> PortraitConditions
    {
        try PortraitConditions(
            reference: encoder.latents(reference), profile: encoder.latents(profile),
            token: encoder.token(profile), settings: settings, seed: seed)
    }

    /// A portrait in progress.
    ///
    /// - Parameters:
    ///   - conditions: of one portrait.
    ///   - kind: the sampler.
    ///   - seed: of the noise.
    ///   - match: the true correspondence, if it is known.
    ///   - guide: by ``identityGuide(to:in:)``, if the settings ask for it.
    /// - Returns: a run before its first step.
    /// - Throws: ``ICPortraitError``, `DiffusionError`, `TorchError`.
    public func denoising(
        _ conditions: PortraitConditions, kind: SchedulerKind = .ddim, seed: UInt64,
        match: PortraitMatch? = nil, guide: IdentityGuide? = nil
    ) throws -> PortraitDenoising {
        try PortraitDenoising(
            networks, conditions, scheduler: scheduler, kind: kind, settings: settings, seed: seed,
            match: match, guide: guide)
    }

    /// Who a portrait should show and where its face will be: the reference's own place.
    ///
    /// - Parameters:
    ///   - photos: of whom it will show; together they tell more than the one that is looked at.
    ///   - reference: whose face is replaced.
    /// - Returns: nil unless the settings ask for it, and for faces of which only a box is known: they
    ///   cannot be aligned.
    /// - Throws: ``ICPortraitError`` for a recogniser that is missing; `ImageError`, `FaceError`,
    ///   `TorchError`.
    public func identityGuide(to photos: [HeadView], in reference: HeadView) throws
        -> IdentityGuide?
    {
        guard settings.identity.weight > 0 else { return nil }
        guard let recogniser else {
            throw ICPortraitError(
                "identity.weight: expected a recogniser that tells people apart, found none; name "
                    + "one with --recogniser, or leave it out with --set identity.weight=0.")
        }
        let faces = try photos.compactMap { photo in
            try photo.face.map { try recogniser.alignment.aligned(photo.picture, $0.points) }
        }
        guard !faces.isEmpty, let place = reference.face else { return nil }
        let cut = reference.crop.transform(size: encoder.side)
        return try IdentityGuide(
            IdentityLoss(autoencoder: encoder.autoencoder, recogniser: recogniser.network),
            points: place.points.map { cut($0) },
            identity: recogniser(faces).mean([0], keepDims: true))
    }
}
