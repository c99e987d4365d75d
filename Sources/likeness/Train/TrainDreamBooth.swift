import ArgumentParser
import Checkpoints
import Diffusion
import Foundation
import Torch
import Training

/// `likeness train dreambooth`: a model learns one subject from a few photos.
struct TrainDreamBooth: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dreambooth",
        abstract: "Teach an SD1.5-shaped model one person from a few photos.",
        discussion: """
            The whole UNet learns, or with --lora only adapters of it. Ruiz et al. 2023. The run is \
            a folder with metrics, plots, samples and an index.html; the result in it is a model \
            folder that diffusers loads, or a LoRA file. Stopped, by Ctrl-C or otherwise, it goes \
            on with --resume.
            """)

    /// Whose numbers a run starts from.
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        /// Those of diffusers' example.
        case dreambooth
        /// IC-Portrait's: one photo a step, a lower rate, steps by the number of photos.
        case icPortrait = "ic-portrait"
    }

    @Option(help: "A folder as diffusers saves it, with model_index.json.")
    var model: String

    @Option(help: "A folder of photos of the subject: JPEG, PNG, WebP or TIFF.")
    var photos: String

    @Option(name: [.customShort("p"), .long], help: "What they show: 'a photo of sks person'.")
    var prompt: String?

    @Option(
        help: "What its like are: 'a photo of a person'. Preserves what the model knows of them.")
    var classPrompt: String?

    @Option(help: "A folder of class pictures; missing ones are made. RUN/class unless given.")
    var classPhotos: String?

    @Option(help: "Class pictures wanted; 200 unless given.")
    var classCount: Int?

    @Option(help: "How much class pictures count beside the photos; 1 unless given.")
    var priorWeight: Double?

    @Option(help: "Train low-rank adapters of this rank, not the whole UNet.")
    var lora: Int?

    @Option(help: "Whose names a LoRA file has: diffusers or kohya.")
    var loraLayout = LowRankLayout.diffusers

    @Option(name: .shortAndLong, help: "The run's folder.")
    var output: String

    @Flag(help: "Go on with a run that was stopped, by its own settings.")
    var resume = false

    @Option(help: "dreambooth (diffusers' numbers) or ic-portrait.")
    var preset = Preset.dreambooth

    @Option(help: "Take weights of this variant, such as fp16.")
    var variant: String?

    @OptionGroup var training: TrainingOptions

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let run: String
        let result: String
        let seconds: Double
    }

    func run() throws {
        try reporting.run {
            let settings = try resolved()
            if training.printSettings {
                print(try Reporting.encode(settings))
                return
            }
            try training.applyThreads()
            var work = try DreamBoothRun(
                output,
                .init(model: model, variant: variant, photos: photos, classPhotos: classPhotos),
                settings, device: training.device, resumes: resume)
            work.layout = loraLayout
            let interrupt = Interrupt()
            let line = ProgressLine(reporting)
            var talk = DreamBoothRun.Reporting()
            talk.shouldStop = { interrupt.isRequested }
            talk.remark = { reporting.remark("likeness: \($0)") }
            talk.training = { line.show($0.line, isLast: $0.isLast) }
            talk.classPictures = { line.show("class pictures \($0)/\($1)", isLast: $0 == $1) }
            let start = ContinuousClock.now
            guard let result = try work.run(talk) else { throw CancellationError() }
            let seconds = (ContinuousClock.now - start).seconds
            try reporting.result(
                Report(run: output, result: result, seconds: seconds),
                text: "\(result): done in \(TrainingProgress.duration(seconds))")
        }
    }

    /// The preset or the stopped run's settings, then the file's, then the flags'.
    private func resolved() throws -> DreamBoothSettings {
        var settings: DreamBoothSettings
        if resume, let own = try DreamBoothRun.settings(in: output) {
            settings = own
        } else {
            switch preset {
            case .dreambooth: settings = .dreambooth
            case .icPortrait:
                settings = .icPortrait(photos: try PhotoSet.names(in: photos).count)
            }
        }
        settings = try training.overridden(settings)
        if let prompt { settings.prompt = prompt }
        if let classPrompt { settings.classPrompt = classPrompt }
        if let classCount { settings.classCount = classCount }
        if let priorWeight { settings.priorWeight = priorWeight }
        if let lora { settings.adapters.rank = lora }
        return try training.assigned(settings)
    }
}

extension LowRankLayout: ExpressibleByArgument {}
