import Checkpoints
import Foundation
import TestSupport
import Testing
import Torch

// Files and their recipe: Reference/flame/write_model.py
@Suite struct ConvertFLAMETests {
    private func reference(_ name: String) -> String {
        Fixture.root.appendingPathComponent("Reference/flame/\(name)").path
    }

    @Test func writesAHeadThatOthersRead() throws {
        let folder = try Folder()
        let outcome = try CommandLineTool.run(
            [
                "model", "convert-flame", reference("model.pkl"), "-o", "head.safetensors",
                "--left-eyelid", reference("l_eyelid.npy"), "--right-eyelid",
                reference("r_eyelid.npy"), "--face-region", reference("masks.pkl"),
            ], in: folder)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        #expect(
            outcome.output == "head.safetensors: 6 vertices, 5 faces, 300 shape and 50 expression "
                + "components, eyelids\n")
        let file = try Checkpoint(folder.file("head.safetensors"))
        let expected = try Fixture("flame/model")
        #expect(Set(file.names) == Set(expected.names))
        for name in expected.names {
            #expect(try file.tensor(named: name).isEqual(to: expected[name]), "\(name)")
        }
        #expect(file.reader.metadata["shape_count"] == "300")
    }

    @Test func refusesAPickleThatNamesMore() throws {
        let folder = try Folder()
        try folder.write([0x80, 2] + Array("cos\nsystem\n.".utf8), "evil.pkl")
        let outcome = try CommandLineTool.run(
            ["model", "convert-flame", "evil.pkl", "-o", "out.safetensors"], in: folder)
        #expect(outcome.code == 2)
        #expect(
            outcome.errors.hasPrefix(
                "likeness: evil.pkl: refuses to load because it names the Python object os.system,")
        )
        #expect(try folder.names() == ["evil.pkl"])
    }

    @Test func wantsBothEyelidsOrNone() throws {
        let outcome = try CommandLineTool.run(
            [
                "model", "convert-flame", reference("model.pkl"), "-o", "head.safetensors",
                "--left-eyelid", reference("l_eyelid.npy"),
            ], in: Folder())
        #expect(outcome.code != 0)
        #expect(outcome.errors.contains("expected both --left-eyelid and --right-eyelid"))
    }
}
