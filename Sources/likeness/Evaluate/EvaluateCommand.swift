import ArgumentParser

/// `likeness evaluate`: figures of what was made.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measure models and pictures.",
        subcommands: [EvaluateMiniature.self, EvaluateICPortrait.self])
}
