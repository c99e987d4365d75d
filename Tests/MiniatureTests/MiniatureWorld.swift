import Miniature
import TestSupport
import Testing

/// Twelve small pictures of six people, and of two others.
func withMiniatureWorld(_ body: (PortraitData) throws -> Void) throws {
    try withTemporaryFolder { folder in
        var settings = MiniatureSettings()
        for assignment in [
            "world.identities=6", "world.held_out_identities=2", "world.views=2",
            "sizes.side=32",
        ] {
            settings = try settings.setting(assignment)
        }
        let run = try MiniatureRun(folder, settings)
        #expect(try run.run(.world))
        try body(run.trainData())
    }
}
