import ArgumentParser

/// `likeness world`: the synthetic world of heads.
struct WorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Synthetic people with the truth attached: sheets, data sets, correspondence.",
        subcommands: [
            WorldSheet.self, WorldMake.self, WorldShow.self, WorldFlow.self, WorldVerify.self,
            WorldStatistics.self,
        ])
}
