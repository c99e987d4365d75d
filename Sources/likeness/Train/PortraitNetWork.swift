import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Layers
import Miniature
import Torch
import Training

/// A run of one of IC-Portrait's nets: base and pictures read, the net trained and written.
struct PortraitNetWork {
    private let options: PortraitNetOptions
    private let training: TrainingOptions
    private let reporting: Reporting
    /// The trained matching net's folder; nil while it is what is trained.
    private let matching: String?
    private let interrupt = Interrupt()
    private let line: ProgressLine

    init(
        _ options: PortraitNetOptions, _ training: TrainingOptions, _ reporting: Reporting,
        matching: String? = nil
    ) {
        (self.options, self.training, self.reporting) = (options, training, reporting)
        self.matching = matching
        line = ProgressLine(reporting)
    }

    struct Report: Encodable {
        let run: String
        let net: String
        let seconds: Double
        let peakMemoryBytes: Int
    }

    /// After Ctrl-C.
    private var stopped: CommandError {
        CommandError(
            "interrupted; the same command with --resume goes on", code: Failure.interrupted)
    }

    /// The method's settings: the matching net's own where there is one, else the preset's.
    func portrait() throws -> ICPortraitSettings {
        var settings = ICPortraitSettings()
        let beside = matching.map { "\(pathParts($0).folder)/settings.json" }
        if let beside, FileManager.default.fileExists(atPath: beside) {
            let file = try InputFile(beside)
            settings = try ICPortraitSettings(
                json: file.bytes(at: 0, count: file.size), from: beside)
        } else if options.preset == .paper {
            settings.matching = .paper
            // True correspondence is learned on clean pictures, so they are what is matched.
            if options.world != nil { settings.matching.moment = .clean }
        }
        settings = try options.setting.reduce(settings) { try $0.setting($1) }
        try settings.check()
        return settings
    }

    /// The base's noise.
    func schedule() throws -> NoiseSchedule {
        let path = try folder().component("scheduler").configuration().path
        let file = try InputFile(path)
        return try NoiseSchedule(
            SchedulerConfiguration.load(json: file.bytes(at: 0, count: file.size), from: path))
    }

    private func folder() throws -> DiffusersFolder {
        try DiffusersFolder(ShippedModel.folder(options.model))
    }

    /// Trains, and writes the net into the run's folder.
    func run<Task: TrainingTask>(
        _ name: String, _ training: TrainingSettings, _ settings: some Settings,
        _ make: (FrozenBase, ViewLatents, ViewFlows?) throws -> Task
    ) throws {
        try self.training.applyThreads()
        try RunFolder.check(options.output, resume: options.resume)
        let start = ContinuousClock.now
        let folder = try folder()
        let configuration: JSONValue = [
            "kind": .string(name), "model": .string(folder.path),
            "pictures": .string(options.views ?? options.world ?? ""),
            "settings": try settings.json(), "portrait": try portrait().json(),
        ]
        let run = try RunFolder(
            options.output, configuration: Array((configuration.text + "\n").utf8),
            resume: options.resume, keep: training.keep)
        guard let (views, flows) = try pictures(folder) else { throw stopped }
        let unet = try folder.component("unet", as: NetworkKind.unet.rawValue)
        let loaded = try unet.unet(dtype: .float32, device: self.training.device)
        let base = try FrozenBase(loaded.network, loaded.store)
        let task = try make(base, views, flows)
        // What is copied was float32; what stays frozen is computed with in bf16 anyway.
        if training.precision == .bf16 { try base.store.move(dtype: .bfloat16) }
        try base.store.prepareForInference()
        let trainer = try Trainer(
            task, training, in: run, device: self.training.device,
            remark: { reporting.remark("likeness: \($0)") })
        guard
            try trainer.run(
                progress: { line.show($0.line, isLast: $0.isLast) },
                shouldStop: { interrupt.isRequested })
        else { throw stopped }
        let net = "\(options.output)/\(name)"
        try trainer.withAverage {
            let weights = Dictionary(
                try trainer.task.store.entries.map { ($0.name, try $0.tensor.detached().to(.cpu)) },
                uniquingKeysWith: { first, _ in first })
            try NetFolder.write(weights, base: unet, to: net)
        }
        if let matching { try NetFolder.copy(matching, to: "\(options.output)/matching") }
        try AtomicFile.write(
            Array((portrait().json().text + "\n").utf8), to: "\(options.output)/settings.json")
        let seconds = (ContinuousClock.now - start).seconds
        try reporting.result(
            Report(
                run: options.output, net: net, seconds: seconds,
                peakMemoryBytes: ProcessMemory.peak),
            text: "\(net): done in \(TrainingProgress.duration(seconds))")
    }

    /// The pictures as the frozen networks see them, made once a run, and again if they change; nil
    /// after a stop.
    private func pictures(_ folder: DiffusersFolder) throws -> (ViewLatents, ViewFlows?)? {
        let photos = try options.views.map { try ViewFolder($0) }
        let world = options.world ?? ""
        let parts = ["vae", "image_encoder"].map { "\(folder.path)/\($0)" }
        let detector = photos == nil || options.whole ? nil : detectorPath(folder)
        let said = try [
            photos?.fingerprint() ?? Self.fingerprint(ofWorld: world),
            ModelFingerprint.of(parts + (detector.map { [$0] } ?? [])), "\(options.whole)",
        ]
        let key = SHA256.hex(Array(said.joined(separator: " ").utf8))
        let cache = "\(options.output)/cache/\(key.prefix(16))"
        let (kept, flows) = ("\(cache)/views.safetensors", "\(cache)/flows.safetensors")
        let manager = FileManager.default
        if !manager.fileExists(atPath: kept) {
            try manager.createDirectory(atPath: cache, withIntermediateDirectories: true)
            let encoder = try encoder(folder)
            let made =
                try photos.map { try encoded($0, folder, encoder) }
                ?? encoded(world: world, encoder, flows: flows, in: cache)
            guard let made else { return nil }
            try made.write(to: kept)
        }
        return try (
            ViewLatents(kept), manager.fileExists(atPath: flows) ? ViewFlows(flows) : nil
        )
    }

    private static func fingerprint(ofWorld path: String) throws -> String {
        let manifest = try InputFile("\(path)/manifest.json")
        return SHA256.hex(try manifest.bytes(at: 0, count: manifest.size))
    }

    private func detectorPath(_ folder: DiffusersFolder) -> String? {
        let own = "\(folder.path)/detector"
        return options.detector ?? (FileManager.default.fileExists(atPath: own) ? own : nil)
    }

    private func encoder(_ folder: DiffusersFolder) throws -> HeadEncoder {
        let device = training.device
        let unet = try UNet2DConditionConfiguration(folder.component("unet").configuration())
        let vae = try folder.component("vae").autoencoder(dtype: .float32, device: device).network
        let vision = try folder.component("image_encoder")
            .clipVision(dtype: .float32, device: device).network
        return HeadEncoder(
            autoencoder: vae, imageEncoder: vision,
            side: (unet.sampleSize ?? 64) * vae.configuration.downFactor, device: device)
    }

    private func encoded(
        _ photos: ViewFolder, _ folder: DiffusersFolder, _ encoder: HeadEncoder
    ) throws -> ViewLatents? {
        let detector =
            try options.whole
            ? nil
            : detectorPath(folder).map {
                try FaceDetector($0, dtype: .float32, device: training.device)
            }
        return try photos.encoded(
            by: encoder,
            cut: { image, name in
                guard !options.whole else {
                    return try HeadView(whole: image, side: encoder.side).image
                }
                let faces = try detector?.portraitFaces(in: image)
                if let faces, faces.isEmpty {
                    reporting.remark("likeness: \(name): no face was found; left out")
                    return nil
                }
                return try HeadView.chosen(
                    in: image, named: name, .any, prefersLargest: true, side: encoder.side,
                    among: faces,
                    advice: FaceAdvice(box: "by cutting it out: --whole takes squares")
                ).image
            },
            progress: { line.show("encoding pictures: \($0)/\($1)", isLast: $0 == $1) },
            shouldStop: { interrupt.isRequested })
    }

    private func encoded(
        world path: String, _ encoder: HeadEncoder, flows: String, in cache: String
    ) throws -> ViewLatents? {
        do {
            let progress = { (what: String, done: Int, total: Int) in
                line.show("\(what): \(done)/\(total)", isLast: done == total)
            }
            let stops = { interrupt.isRequested }
            let data = try WorldViews(
                shards: path, cache: "\(cache)/pictures.safetensors", progress: progress,
                shouldStop: stops)
            guard data.side == encoder.side else {
                throw CommandError(
                    "\(path): expected pictures of \(encoder.side) pixels, which the base was "
                        + "trained on, found \(data.side); make others with likeness world make "
                        + "--size \(encoder.side)", code: Failure.badInput)
            }
            return try data.encoded(
                encoder.autoencoder, encoder.imageEncoder, flows: flows, device: training.device,
                progress: progress, shouldStop: stops)
        } catch is CancellationError {
            return nil
        }
    }
}
