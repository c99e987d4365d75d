import ArgumentParser

/// `likeness train`: everything that is ever trained.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train", abstract: "Train networks, in runs that can always be resumed.",
        subcommands: [
            TrainMiniature.self, TrainDreamBooth.self, TrainMatching.self, TrainAppearance.self,
        ])
}
