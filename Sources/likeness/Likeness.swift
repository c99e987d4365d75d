import ArgumentParser

/// The `likeness` command. One file a subcommand.
@main
struct Likeness: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "likeness",
        abstract: "Portraits of a given person, with the identity kept.",
        discussion: """
            Exit codes: 0 success; 1 a failure that is none of the following; 2 an input file is \
            missing, broken or refused; 3 an output cannot be written; 4 this machine lacks \
            something, which the message names; 5 out of memory; 64 a mistake on the command line; \
            130 interrupted.
            """,
        version: Version.text,
        subcommands: [
            Demo.self, Generate.self, Refine.self, Relight.self, Replay.self, Doctor.self,
            Model.self, Photo.self,
            MakeImage.self, Forward.self,
            Bench.self, WorldCommand.self, TrainCommand.self, EvaluateCommand.self,
            Oracle.self,
        ])
}

/// What `likeness --version` prints.
enum Version {
    static let number = "0.1.0"
    static let text = "likeness \(number)"
}
