import ArgumentParser
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

/// `likeness train matching`: IC-Portrait's first net.
struct TrainMatching: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "matching",
        abstract: "Train IC-Portrait's matching net: where a photo's places are in another.",
        discussion: """
            From photos of people, two or more of each in a folder of their own, or from the world's \
            pictures (likeness world make --size 512), where the true correspondence is known. The \
            run is a folder; the net in it goes beside the appearance net. Stopped, it goes on with \
            --resume.
            """)

    @OptionGroup var options: PortraitNetOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var reporting: Reporting

    func run() throws {
        try reporting.run {
            var settings = options.preset == .paper ? MatchingRunSettings.paper : .init()
            // Where the truth is known, it is learned from; the paper's loss is a --set away.
            settings.losses.kind = options.world == nil ? .denoising : .correspondence
            settings.training.evaluateEvery = 0
            settings = try training.assigned(training.overridden(settings))
            if training.printSettings { return print(try Reporting.encode(settings)) }
            let work = PortraitNetWork(options, training, reporting)
            try work.run("matching", settings.training, settings) { base, views, flows in
                try MatchingTask(
                    base: base, schedule: work.schedule(),
                    pairs: ViewPairs(
                        views, flows: settings.losses.kind == .correspondence ? flows : nil,
                        batchSize: settings.training.batchSize, seed: settings.training.seed),
                    settings: work.portrait(), losses: settings.losses,
                    seed: settings.training.seed)
            }
        }
    }
}

/// `likeness train appearance`: IC-Portrait's second net.
struct TrainAppearance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "appearance",
        abstract: "Train IC-Portrait's appearance net, with the matching net frozen.",
        discussion: """
            Takes what `likeness train matching` takes, and its result with --matching. At the end \
            the run's folder holds both nets and their settings: `likeness generate --nets RUN`.
            """)

    @Option(help: "The trained matching net's folder.")
    var matching: String

    @OptionGroup var options: PortraitNetOptions
    @OptionGroup var training: TrainingOptions
    @OptionGroup var reporting: Reporting

    func run() throws {
        try reporting.run {
            var settings = options.preset == .paper ? AppearanceRunSettings.paper : .init()
            settings.training.sampleEvery = 0
            settings = try training.assigned(training.overridden(settings))
            if training.printSettings { return print(try Reporting.encode(settings)) }
            let work = PortraitNetWork(options, training, reporting, matching: matching)
            let net = try ModelFolder(matching).latentControlNet(
                dtype: settings.training.precision == .bf16 ? .bfloat16 : .float32,
                device: training.device)
            try net.store.freeze()
            try work.run("appearance", settings.training, settings) { base, views, _ in
                try AppearanceTask(
                    base: base, matching: net.network, schedule: work.schedule(),
                    pairs: ViewPairs(
                        views, share: settings.losses.standIns,
                        batchSize: settings.training.batchSize, seed: settings.training.seed),
                    settings: work.portrait(), losses: settings.losses,
                    seed: settings.training.seed)
            }
        }
    }
}

/// What both nets are trained from.
struct PortraitNetOptions: ParsableArguments {
    /// Whose numbers a run starts from.
    enum Preset: String, ExpressibleByArgument, CaseIterable {
        /// What works on the miniature models.
        case miniature
        /// The paper's, for a base of SD1.5's size.
        case paper
    }

    @Option(help: "The base: a folder as diffusers saves it, with an image_encoder; or: miniature.")
    var model: String

    @Option(help: "Photos: a folder of folders, one a person, two photos or more in each.")
    var views: String?

    @Option(help: "Or the world's pictures: a folder that `likeness world make` wrote.")
    var world: String?

    @Flag(help: "Take photos as they are, square, and look for no faces.")
    var whole = false

    @Option(help: "A RetinaFace that finds the heads; the model's own.")
    var detector: String?

    @Option(help: "paper (for SD1.5) or miniature.")
    var preset = Preset.paper

    @Option(help: "A setting of the method, such as keep_ratio=0.15; repeat for more.")
    var setting: [String] = []

    @Option(name: .shortAndLong, help: "The run's folder.")
    var output: String

    @Flag(help: "Go on with a run that was stopped.")
    var resume = false

    func validate() throws {
        guard (views == nil) != (world == nil) else {
            throw ValidationError("expected --views FOLDER or --world FOLDER, one of them.")
        }
    }
}
