import Checkpoints
import Diffusion
import Faces
import Foundation
import Layers
import Torch
import Training
import World

extension MiniatureRun {
    /// Renders both sets of people, and decodes them.
    func makeWorld() throws -> Bool {
        let world = settings.world
        try makePortraits(
            "train", people: world.identities, views: world.views, seed: world.seed)
        _ = try heldOutData()
        return true
    }

    /// Renders and decodes a set of people, unless it is there.
    func makePortraits(_ name: String, people: Int, views: Int, seed: UInt64) throws {
        let cache = "\(path)/cache/\(name).safetensors"
        if isCached(cache) { return }
        var options = WorldSource.Options(
            identities: people, views: views, size: settings.sizes.side)
        options.maps = []
        let source = try WorldSource(options, seed: seed)
        try render(source, .world, to: "\(path)/world/\(name)")
        try PortraitCache.make(
            shards: "\(path)/world/\(name)", to: cache,
            progress: { self.reporting.counting(.world, $0, $1) },
            shouldStop: reporting.shouldStop)
    }

    /// Renders pictures of several people, and decodes them.
    func makeGroups() throws -> Bool {
        let world = settings.world
        try makeGroups(
            "groups", pictures: world.groups, people: world.identities, seed: world.seed)
        _ = try heldOutGroups()
        return true
    }

    /// Renders and decodes a set of groups, unless it is there.
    func makeGroups(_ name: String, pictures: Int, people: Int, seed: UInt64) throws {
        let cache = "\(path)/cache/\(name).safetensors"
        if isCached(cache) { return }
        var options = GroupSource.Options(
            pictures: pictures, people: 0...4, identities: people,
            width: settings.sizes.groupSide * 3 / 2, height: settings.sizes.groupSide)
        options.maps = []
        try render(GroupSource(options, seed: seed), .groups, to: "\(path)/world/\(name)")
        try GroupData.make(
            shards: "\(path)/world/\(name)", to: cache,
            progress: { self.reporting.counting(.groups, $0, $1) },
            shouldStop: reporting.shouldStop)
    }

    private func isCached(_ path: String) -> Bool {
        [path, PortraitData.placesPath(path)].allSatisfy(FileManager.default.fileExists)
    }

    private func render(
        _ source: some SampleSource, _ stage: MiniatureStage, to folder: String
    ) throws {
        // Each worker renders whole pictures; torch's own threads would get in their way.
        let threads = LibTorch.threadCount
        try LibTorch.setThreadCount(1)
        defer { try? LibTorch.setThreadCount(threads) }
        try ShardWriter(.init(workers: ProcessInfo.processInfo.activeProcessorCount)).write(
            source, to: folder, progress: { reporting.counting(stage, $0.done, $0.total) },
            shouldStop: reporting.shouldStop)
    }

    /// Learns byte pairs from captions of every kind.
    func learnVocabulary() throws -> Bool {
        guard !FileManager.default.fileExists(atPath: tokenizerFolder) else { return true }
        let world = settings.world
        var learner = BytePairLearner()
        let people = min(world.identities, 2000)
        for index in 0..<people {
            if reporting.shouldStop() { return false }
            let person = Person(seed: world.seed, index: index)
            let looks = (0..<3).map { Look(of: person, view: $0) }
            for look in looks {
                for caption in Caption.paraphrases(of: person, look, count: 2) {
                    learner.read(caption.text)
                }
            }
            learner.read(CaptionPair(of: person, looks[0], looks[1]).text)
            let other = Person(seed: world.seed, index: (index + 1) % max(world.identities, 1))
            learner.read(
                CaptionPair(
                    left: (person, looks[0]), right: (other, Look(of: other, view: 0))
                ).text)
            reporting.counting(.vocabulary, index + 1, people)
        }
        let merges = learner.merges(settings.sizes.merges)
        try AtomicFolder.write(to: tokenizerFolder) { folder in
            let files = BytePairLearner.files(merges: merges, length: settings.sizes.textLength)
            for (name, text) in files {
                try AtomicFile.write(Array(text.utf8), to: "\(folder)/\(name)")
            }
        }
        return true
    }

    func trainRecogniser(
        _ stage: MiniatureStage, _ configuration: ArcFaceConfiguration,
        _ settings: RecogniserSettings
    ) throws -> Bool {
        try train(stage, settings.training) {
            try RecogniserTask(
                configuration, data: trainData(), heldOut: heldOutData(), losses: settings.losses,
                settings: settings.training)
        }
    }

    func trainAutoencoder() throws -> Bool {
        let settings = settings.autoencoder
        return try train(.autoencoder, settings.training) {
            let store = try ParameterStore(generator: Generator(seed: settings.training.seed))
            let network = AutoencoderKL(store.root, try autoencoderConfiguration())
            try store.finish()
            try AutoencoderTask.start(store)
            try store.train()
            return try AutoencoderTask(
                network, store, data: try trainData(), heldOut: try heldOutData(),
                losses: settings.losses, settings: settings.training)
        }
    }

    func autoencoderConfiguration(scale: Double = 1) throws -> AutoencoderKLConfiguration {
        try AutoencoderKLConfiguration(
            settings.sizes.autoencoderFile(scale: scale).configuration("vae/config.json"))
    }

    func clipConfigurations() throws -> (CLIPTextConfiguration, CLIPVisionConfiguration) {
        let sizes = settings.sizes
        let count = try tokenizer().count
        return (
            try CLIPTextConfiguration(
                sizes.textFile(vocabulary: count).configuration("text_encoder/config.json")),
            try CLIPVisionConfiguration(
                sizes.visionFile().configuration("image_encoder/config.json"))
        )
    }

    func trainClip() throws -> Bool {
        try train(.clip, settings.clip.training) {
            let (text, vision) = try clipConfigurations()
            return try ContrastiveTask(
                text: text, vision: vision, tokenizer: tokenizer(), data: trainData(),
                heldOut: heldOutData(), losses: settings.clip.losses,
                settings: settings.clip.training)
        }
    }

    /// Encodes every picture, again where a network has been trained further since; latents are scaled
    /// to unit deviation, as SD's are by 0.18215.
    func encode() throws -> Bool {
        let origin = try ["autoencoder": fingerprint(.autoencoder), "clip": fingerprint(.clip)]
        let old = try LatentData.origin(of: latentsPath)
        if let old, origin.allSatisfy({ old[$0.key] == $0.value }) { return true }
        let data = try trainData()
        var known: Tensor?
        var scale = 1.0
        if let old, old["autoencoder"] == origin["autoencoder"] {
            known = try openCheckpoint(latentsPath).tensors()["latents"]
            scale = try measuredScale()
        } else if old == nil, FileManager.default.fileExists(atPath: scalePath) {
            scale = try measuredScale()  // taken up with the autoencoder
        } else {
            scale = try latentScale(data)
            try AtomicFile.write(Array("\(scale)\n".utf8), to: scalePath)
        }
        try LatentData.make(
            data, autoencoder: autoencoder(scale: scale), vision: vision(), to: latentsPath,
            origin: origin, known: known, device: device,
            progress: { reporting.counting(.latents, $0, $1) },
            shouldStop: reporting.shouldStop)
        return true
    }

    /// The hash of a stage's newest weights.
    func fingerprint(_ stage: MiniatureStage) throws -> String {
        let folder = CheckpointFolder(reading: "\(path)/\(stage.rawValue)/checkpoints")
        let files = folder.latest()?.state.files ?? [:]
        return (files["average.safetensors"] ?? files["model.safetensors"])?.sha256 ?? ""
    }

    /// One over the deviation of latents, from a sample of the pictures.
    private func latentScale(_ data: PortraitData) throws -> Double {
        let network = try autoencoder(scale: 1)
        let indices = (0..<64).map { $0 * max(data.count / 64, 1) % data.count }
        return try noGrad {
            let x = try PictureBatch(data, indices).tensor(on: device)
            let deviation = try network.encode(x).mean.to(.float32).standardDeviation().item()
            return (1e5 / deviation).rounded() / 1e5
        }
    }

    var scalePath: String { "\(path)/cache/latent-scale.txt" }

    /// The scale that was measured when pictures were encoded.
    func measuredScale() throws -> Double {
        let text = try String(contentsOfFile: scalePath, encoding: .utf8)
        guard let scale = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw MiniatureError("\(scalePath): expected a number.")
        }
        return scale
    }

    func autoencoder(scale: Double) throws -> AutoencoderKL {
        let configuration = try autoencoderConfiguration(scale: scale)
        return try built(weights(.autoencoder)) { AutoencoderKL($0, configuration) }
    }

    /// A network with trained weights, on the run's device.
    func built<Network>(
        _ weights: [String: Tensor], dtype: DType? = nil, _ make: (Scope) throws -> Network
    ) throws -> Network {
        let store = try ParameterStore(loading: weights, dtype: dtype, device: device)
        let network = try make(store.root)
        try store.finish()
        return network
    }

    func trainBase() throws -> Bool {
        let settings = settings.base
        return try train(.base, settings.training) {
            let (textConfiguration, _) = try clipConfigurations()
            let text = try built(weights(.clip, under: "text")) {
                CLIPText($0 / "text_model", textConfiguration, projection: $0)
            }
            let tokenizer = try tokenizer()
            let heldOut = try heldOutData()
            let prompts = (0..<16).map { heldOut.caption($0 * heldOut.views, .medium, variant: 0) }
            return try BaseTask(
                unetConfiguration(),
                text: text, tokenizer: tokenizer, autoencoder: autoencoder(scale: measuredScale()),
                scheduler: schedulerConfiguration(), data: trainData(),
                latents: latentData(),
                probe: BaseProbe(
                    prompts, tokenizer, length: textConfiguration.maxPositionEmbeddings),
                pairs: settings.training.evaluateEvery > 0 ? matchingPairs() : nil,
                sees: settings.data, settings: settings.training)
        }
    }

    func trainDetector() throws -> Bool {
        try train(.detector, settings.detector.training) {
            try DetectorTask(
                settings.sizes.detector, scenes: groupData(),
                portraits: trainData(), heldOut: heldOutGroups(),
                losses: settings.detector.losses, settings: settings.detector.training)
        }
    }
}
