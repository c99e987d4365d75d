import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Layers
import Torch
import Training

/// The stages of IC-Portrait's two nets.
extension MiniatureRun {
    private var flowsPath: String { "\(path)/cache/flows.safetensors" }

    /// Finds true correspondence between pictures of the people that are learned from.
    func makeFlows() throws -> Bool {
        guard !FileManager.default.fileExists(atPath: flowsPath) else { return true }
        try PortraitFlows.make(
            trainData(), pairs: settings.world.flows, cells: settings.sizes.latentSide,
            seed: settings.world.seed, to: flowsPath,
            progress: { reporting.counting(.flows, $0, $1) }, shouldStop: reporting.shouldStop)
        return true
    }

    private var standInsPath: String { "\(path)/cache/stand-ins.safetensors" }

    /// Renders strangers in the places of some pictures; none if none are asked for.
    func makeStandIns() throws -> Bool {
        let count = settings.world.standIns
        guard count > 0 else { return true }
        let origin = try ["autoencoder": fingerprint(.autoencoder), "count": "\(count)"]
        if try LatentData.origin(of: standInsPath) == origin { return true }
        try StandIns.make(
            trainData(), count: count, autoencoder: autoencoder(scale: measuredScale()),
            seed: settings.world.seed, origin: origin, to: standInsPath, device: device,
            progress: { reporting.counting(.standIns, $0, $1) }, shouldStop: reporting.shouldStop)
        return true
    }

    func trainMatching() throws -> Bool {
        let own = settings.matching
        return try train(.matching, own.training, copying: matchingOrigin()) {
            let task = try matchingTask(own)
            if own.training.evaluateEvery > 0 {
                let matching = try portraitMatching()
                task.evaluation = { network, _ in try matching.scores(network).figures }
            }
            return task
        }
    }

    /// The base that a matching net starts as a copy of, and what its descriptors are made of.
    func matchingOrigin() throws -> String {
        let matching = settings.portrait.matching
        return try "\(fingerprint(.base)) blocks \(matching.blocks) at \(matching.timestep)"
    }

    /// The matching net's task, which measures nothing yet.
    func matchingTask(_ own: MatchingRunSettings) throws -> MatchingTask {
        let knowsTruth = own.losses.kind == .correspondence
        return try MatchingTask(
            base: frozenBase(), schedule: noiseSchedule(),
            pairs: ViewPairs(
                views(), flows: knowsTruth ? ViewFlows(cached("flows", by: .flows)) : nil,
                batchSize: own.training.batchSize, seed: own.training.seed),
            settings: settings.portrait, losses: own.losses, seed: own.training.seed)
    }

    /// How well nets match unseen people's pictures, of one person or of two.
    func portraitMatching(ofTwo: Bool = false) throws -> PortraitMatching {
        try PortraitMatching(
            matchingPairs(ofTwo: ofTwo), autoencoder: autoencoder(scale: measuredScale()),
            vision: vision(),
            settings: settings.portrait, device: device)
    }

    func trainAppearance() throws -> Bool {
        let own = settings.appearance
        return try train(.appearance, own.training, copying: appearanceOrigin()) {
            try appearanceTask(own, settings.portrait, base: frozenBase())
        }
    }

    /// The weights that an appearance net starts from and learns beside.
    func appearanceOrigin() throws -> String {
        try "\(fingerprint(.base)) \(fingerprint(.matching))"
    }

    /// The appearance net's task.
    func appearanceTask(
        _ own: AppearanceRunSettings, _ portrait: ICPortraitSettings, base: FrozenBase
    ) throws -> AppearanceTask {
        let weights = try weights(.matching)
        let unet = try unetConfiguration()
        let matching = try built(weights) { LatentControlNet($0, unet) }
        let views = try views()
        return try AppearanceTask(
            base: base, matching: matching, schedule: noiseSchedule(),
            pairs: ViewPairs(
                views, standIns: standIns(own), share: own.losses.standIns,
                faces: own.losses.identity > 0 ? viewFaces(of: views.people) : nil,
                batchSize: own.training.batchSize, seed: own.training.seed),
            settings: portrait, losses: own.losses,
            identity: own.losses.identity > 0 ? identityLoss() : nil, seed: own.training.seed)
    }

    private func standIns(_ own: AppearanceRunSettings) throws -> ViewStandIns? {
        guard own.losses.standIns > 0 else { return nil }
        return try ViewStandIns(cached("stand-ins", by: .standIns))
    }

    func unetConfiguration() throws -> UNet2DConditionConfiguration {
        try UNet2DConditionConfiguration(
            settings.sizes.unetFile().configuration("unet/config.json"))
    }

    func schedulerConfiguration() throws -> SchedulerConfiguration {
        try SchedulerConfiguration.load(
            json: Array(settings.sizes.schedulerFile().text.utf8), from: "scheduler_config.json")
    }

    func noiseSchedule() throws -> NoiseSchedule {
        try NoiseSchedule(schedulerConfiguration())
    }

    private func frozenBase() throws -> FrozenBase {
        let store = try ParameterStore(loading: weights(.base), device: device)
        let network = UNet2DCondition(store.root, try unetConfiguration())
        try store.finish()
        return try FrozenBase(network, store)
    }

    private func views() throws -> ViewLatents {
        let data = try trainData()
        return try latentData().views(of: data.people, each: data.views)
    }

    /// Who is who by recogniser A, which has no part in judging.
    private func identityLoss() throws -> IdentityLoss {
        let configuration = settings.sizes.recogniserA
        return try IdentityLoss(
            autoencoder: autoencoder(scale: measuredScale()),
            recogniser: built(weights(.recogniserA, under: "backbone")) {
                ArcFace($0, configuration)
            })
    }

    private func viewFaces(of people: [Range<Int>]) throws -> ViewFaces {
        let data = try trainData()
        // The world counts from a pixel's corner, pictures from its centre.
        return try ViewFaces(
            points: data.points(Array(0..<data.count)).map { $0 - 0.5 },
            embeddings: faceEmbeddings(), people: people)
    }

    /// The same pictures with recogniser A's embedding of each face in the place of CLIP's.
    func faceViews() throws -> ViewLatents {
        let data = try trainData()
        return try latentData().views(
            of: data.people, each: data.views, embeddings: faceEmbeddings())
    }

    /// Recogniser A's embeddings of the pictures that are learned from, `[N, D]`; made once.
    private func faceEmbeddings() throws -> [Float] {
        let data = try trainData()
        let origin = try ["recogniser_a": fingerprint(.recogniserA)]
        let path = "\(path)/cache/faces.safetensors"
        let isThere = FileManager.default.fileExists(atPath: path)
        if try !isThere || SafetensorsFile(path).metadata != origin {
            let configuration = settings.sizes.recogniserA
            let store = try ParameterStore(
                loading: weights(.recogniserA, under: "backbone"), device: device)
            let recogniser = FaceRecogniser(ArcFace(store.root, configuration), store: store)
            try store.finish()
            let faces = try stride(from: 0, to: data.count, by: 256).map { start in
                if reporting.shouldStop() { throw CancellationError() }
                return try recogniser(
                    alignedFaces(
                        data, Array(start..<min(start + 256, data.count)),
                        size: configuration.inputSize)
                ).to(.cpu)
            }
            try SafetensorsWriter.write(["embeddings": .cat(faces)], metadata: origin, to: path)
        }
        guard let faces = try openCheckpoint(path).tensors()["embeddings"] else {
            throw MiniatureError(
                "\(path): expected embeddings, found none; remove it and it is made again.")
        }
        return try faces.toArray()
    }

    /// CLIP's image encoder.
    func vision() throws -> CLIPVision {
        let (_, configuration) = try clipConfigurations()
        return try built(weights(.clip, under: "vision")) { CLIPVision($0, configuration) }
    }
}
