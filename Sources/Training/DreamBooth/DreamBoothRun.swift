import Checkpoints
import Diffusion
import Foundation
import Layers
import Torch

/// A DreamBooth run in one folder: class pictures, training, and the result: a model folder, or a
/// file of adapters.
public struct DreamBoothRun {
    /// Where everything comes from.
    public struct Inputs: Hashable, Sendable {
        /// A model folder as diffusers saves it.
        public var model: String
        /// The weights' variant, such as `fp16`.
        public var variant: String?
        /// The folder of photos.
        public var photos: String
        /// The folder of class pictures; within the run's if nil.
        public var classPhotos: String?

        /// A model and photos.
        public init(
            model: String, variant: String? = nil, photos: String, classPhotos: String? = nil
        ) {
            (self.model, self.variant) = (model, variant)
            (self.photos, self.classPhotos) = (photos, classPhotos)
        }
    }

    /// What a run tells while it works.
    public struct Reporting {
        /// Training is this far.
        public var training: (TrainingProgress) -> Void = { _ in }
        /// So many class pictures of so many are there.
        public var classPictures: (Int, Int) -> Void = { _, _ in }
        /// A sentence that a user should know.
        public var remark: (String) -> Void = { _ in }
        /// Whether to stop at the next good moment.
        public var shouldStop: () -> Bool = { false }

        /// Tells nobody.
        public init() {}
    }

    /// The run's folder.
    public let path: String
    /// Where everything comes from.
    public let inputs: Inputs
    /// What the result follows from.
    public let settings: DreamBoothSettings
    /// Where it is computed.
    public let device: Device
    /// Whether a run that is there goes on.
    public let resumes: Bool
    /// How adapters are written.
    public var layout = LowRankLayout.diffusers
    private let folder: DiffusersFolder
    private let photos: PhotoSet

    /// A run whose inputs are checked; nothing is written yet.
    ///
    /// - Parameters:
    ///   - path: the run's folder.
    ///   - inputs: model and photos.
    ///   - settings: what the result follows from.
    ///   - device: where it is computed.
    ///   - resumes: whether a run that is there goes on.
    /// - Throws: ``TrainingError`` for photos, settings, models and folders that do not do;
    ///   `DiffusionError`.
    public init(
        _ path: String, _ inputs: Inputs, _ settings: DreamBoothSettings, device: Device = .cpu,
        resumes: Bool = false
    ) throws {
        (self.path, self.inputs, self.settings) = (path, inputs, settings)
        (self.device, self.resumes) = (device, resumes)
        try settings.check()
        try RunFolder.check(path, resume: resumes)
        folder = try DiffusersFolder(inputs.model, variant: inputs.variant)
        let unet = try folder.component("unet", as: NetworkKind.unet.rawValue)
        try DreamBoothTask.check(UNet2DConditionConfiguration(unet.configuration()), unet.path)
        photos = try PhotoSet(
            folder: inputs.photos, resolution: settings.resolution, crop: settings.crop)
    }

    /// The settings of a run that was started; nil if there is none.
    ///
    /// - Throws: ``TrainingError`` for the configuration of another kind of run.
    public static func settings(in path: String) throws -> DreamBoothSettings? {
        guard let bytes = try RunFolder.configuration(in: path) else { return nil }
        guard let own = try? JSONValue(bytes)["settings"] else {
            throw TrainingError("\(path)/config.json: expected a DreamBooth run's, found another.")
        }
        return try DreamBoothSettings(
            overriding: .dreambooth, with: own, from: "\(path)/config.json")
    }

    /// Works to the end, from wherever an earlier call stopped.
    ///
    /// - Returns: the result's path; nil after a stop.
    /// - Throws: what its parts throw.
    public func run(_ reporting: Reporting = .init()) throws -> String? {
        let model = try StableDiffusion(folder, device: device)
        for note in model.notes { reporting.remark(note) }
        let run = try RunFolder(
            path, configuration: configuration(), resume: resumes, keep: settings.training.keep)
        var classes: PhotoSet?
        if settings.preservesPrior {
            let place = inputs.classPhotos ?? "\(path)/class"
            guard
                try ClassPictures.fill(
                    place, model, settings, progress: reporting.classPictures,
                    shouldStop: reporting.shouldStop)
            else { return nil }
            classes = try PhotoSet(
                folder: place, resolution: settings.resolution, crop: settings.crop)
        }
        let task = try DreamBoothTask(model, photos: photos, classes: classes, settings)
        let trainer = try Trainer(
            task, settings.training, in: run, device: device, remark: reporting.remark)
        let isComplete = try trainer.run(
            progress: reporting.training, shouldStop: reporting.shouldStop)
        guard isComplete else { return nil }
        return try trainer.withAverage {
            try write(task, model.scheduler.predictionType ?? .epsilon)
        }
    }

    /// What the run follows from, with a hash of each photo.
    private func configuration() throws -> [UInt8] {
        let names = try PhotoSet.names(in: inputs.photos).map { name -> JSONValue in
            let file = try InputFile("\(inputs.photos)/\(name)")
            let bytes = try file.bytes(at: 0, count: file.size)
            return ["name": .string(name), "sha256": .string(SHA256.hex(bytes))]
        }
        let all: JSONValue = [
            "kind": "dreambooth", "model": .string(inputs.model),
            "photos": .string(inputs.photos), "pictures": .array(names),
            "class_photos": inputs.classPhotos.map { .string($0) } ?? nil,
            "settings": try settings.json(),
        ]
        return Array((all.text + "\n").utf8)
    }

    private func write(_ task: DreamBoothTask, _ prediction: PredictionType) throws -> String {
        guard let adapters = task.adapters else {
            let weights = Dictionary(
                try task.store.entries.map { ($0.name, try $0.tensor.detached()) },
                uniquingKeysWith: { first, _ in first })
            let target = "\(path)/model"
            try ModelFolderExport(inputs.model, variant: inputs.variant)
                .replacing("unet", with: weights).write(to: target, replacing: true)
            return target
        }
        let name =
            layout == .diffusers ? "pytorch_lora_weights.safetensors" : "lora.safetensors"
        var text = LowRankDescription()
        text.title = pathParts(path).name
        text.baseModel = pathParts(inputs.model).name
        (text.resolution, text.steps) = (settings.resolution, settings.training.steps)
        text.prediction = prediction
        text.notes["ss_learning_rate"] = "\(settings.training.optimizer.learningRate)"
        text.notes["ss_num_train_images"] = "\(photos.count)"
        text.notes["ss_seed"] = "\(settings.training.seed)"
        try adapters.write(to: "\(path)/\(name)", layout: layout, description: text)
        return "\(path)/\(name)"
    }
}
