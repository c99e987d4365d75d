import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Layers
import Torch
import Training

/// The learned baselines of IC-Portrait's Table 1, on the base that makes the study's portraits: nets
/// with the appearance net's pictures and settings, DreamBooth with each person's photos. In run
/// folders that are gone on with.
public final class PortraitBaselines {
    private let run: MiniatureRun
    /// It holds these baselines.
    private unowned let study: PortraitStudy
    private let progress: (String, TrainingProgress) -> Void
    private var adapter: IPAdapter?
    private var plain: LatentControlNet?
    /// The study's.
    var editSettings: ICPortraitSettings { study.editSettings }
    /// The subject that was asked for last.
    private var subject: (person: Int, edit: PlainEdit)?

    /// - Parameters:
    ///   - run: with a base.
    ///   - study: whose people DreamBooth learns.
    ///   - progress: called after each logged step with what is trained.
    init(
        _ run: MiniatureRun, _ study: PortraitStudy,
        progress: @escaping (String, TrainingProgress) -> Void
    ) {
        (self.run, self.study, self.progress) = (run, study, progress)
    }

    private func folder(_ name: String) -> String { "\(run.path)/table-1/\(name)" }

    /// Trains what some methods need; nothing that is done.
    ///
    /// - Returns: false after a stop.
    func prepare(_ methods: [PortraitMethod]) throws -> Bool {
        for method in methods {
            switch method {
            case .faceID: guard try trainFaceID() else { return false }
            case .plainAppearance: guard try trainPlain() else { return false }
            case .dreamBooth:
                for person in 0..<study.counts.people {
                    guard try trainSubject(person) else { return false }
                }
            default: break
            }
        }
        return true
    }

    private func train<Task: TrainingTask>(
        _ name: String, _ settings: some Settings, _ training: TrainingSettings,
        _ task: () throws -> Task
    ) throws -> Bool {
        let configuration: JSONValue = ["baseline": .string(name), "settings": try settings.json()]
        var origin = try ModelFingerprint.of(["\(study.models)/unet"])
        if name == "face-id" {
            origin += try " " + ModelFingerprint.of(["\(study.models)/recogniser_a"])
        }
        return try run.train(
            in: folder(name), configuration, training, copying: origin,
            progress: { self.progress(name, $0) }, task)
    }

    /// The study's base, to train copies or adapters of.
    private func base() throws -> FrozenBase {
        let unet = try DiffusersFolder(study.models)
            .component("unet", as: NetworkKind.unet.rawValue)
            .unet(dtype: .float32, device: run.device)
        return try FrozenBase(unet.network, unet.store)
    }

    /// A baseline's weights, the averaged ones if there are any.
    private func weights(_ name: String) throws -> [String: Tensor] {
        try run.weights(in: folder(name), named: name)
    }

    // IP-Adapter, FaceID.

    private func trainFaceID() throws -> Bool {
        let own = run.settings.appearance
        return try train("face-id", own, own.training) {
            try FaceIDTask(
                base: base(), schedule: run.noiseSchedule(),
                pairs: ViewPairs(
                    run.faceViews(), batchSize: own.training.batchSize, seed: own.training.seed),
                size: run.settings.sizes.faceEmbedding, losses: own.losses, seed: own.training.seed)
        }
    }

    /// The edit that a profile photo's face asks for.
    func faceID(_ profile: HeadView) throws -> PlainEdit {
        guard let points = profile.face?.points else {
            throw MiniatureError("face-id: expected the points of the face, found only its box.")
        }
        let unet = study.model.networks.base
        let adapter =
            try self.adapter
            ?? run.built(weights("face-id"), dtype: study.model.encoder.dtype) {
                IPAdapter(
                    $0,
                    FaceIDTask.shape(run.settings.sizes.faceEmbedding, for: unet.configuration),
                    for: unet)
            }
        self.adapter = adapter
        let recogniser = study.recogniserA
        let face = try recogniser([recogniser.alignment.aligned(profile.image, points)])
            .to(study.model.encoder.dtype)
        let tokens = try noGrad {
            try adapter.imageProjection(embedding: .cat([face.zerosLike(), face]))
        }
        let channels = unet.configuration.crossAttentionDim
        return PlainEdit(
            unet: unet,
            context: try .zeros([2, 1, channels], dtype: face.dtype, device: run.device),
            images: [ImagePrompt(adapter, tokens: tokens)])
    }

    // The appearance net, trained without warping.

    private func trainPlain() throws -> Bool {
        let own = run.settings.appearance
        var portrait = run.settings.portrait
        portrait.matching.moment = .never
        return try train("plain-appearance", own, own.training) {
            try run.appearanceTask(own, portrait, base: base())
        }
    }

    /// A model with that net in the appearance net's place.
    func plainModel(as model: PortraitModel) throws -> PortraitModel {
        var model = model
        let networks = model.networks
        let net =
            try plain
            ?? run.built(weights("plain-appearance"), dtype: study.model.encoder.dtype) {
                LatentControlNet($0, networks.base.configuration)
            }
        plain = net
        model.networks = ICPortraitNetworks(
            base: networks.base, matching: networks.matching, appearance: net)
        model.settings.matching.moment = .never
        return model
    }

    // DreamBooth.

    private func trainSubject(_ person: Int) throws -> Bool {
        var own = run.settings.dreamBooth
        own.resolution = run.settings.sizes.side
        try own.check()
        return try train("dreambooth/\(person)", own, own.training) {
            let model = try StableDiffusion(DiffusersFolder(study.models), device: run.device)
            let data = try run.trainData()
            let step = max(data.count / max(own.classCount, 1), 1)
            let classes = try (0..<min(own.classCount, data.count)).map {
                try HeadView(data, $0 * step).image
            }
            return try DreamBoothTask(
                model,
                photos: PhotoSet(
                    study.heads(of: person).map(\.image), resolution: own.resolution),
                classes: PhotoSet(classes, resolution: own.resolution), own)
        }
    }

    /// The edit by the base that has learned a person.
    func dreamBooth(_ person: Int) throws -> PlainEdit {
        if let subject, subject.person == person { return subject.edit }
        let model = try StableDiffusion(
            DiffusersFolder(study.models), dtype: study.model.encoder.dtype, device: run.device)
        let store = model.unet.store
        try store.load(from: weights("dreambooth/\(person)"))
        let context = try noGrad {
            try Tensor.cat(["", run.settings.dreamBooth.prompt].map { try model.context(of: $0) })
        }
        let edit = PlainEdit(unet: model.unet.network, context: context)
        subject = (person, edit)
        return edit
    }
}
