import Checkpoints
import Foundation
import Images
import TestSupport
import Testing
import Torch

@Suite struct CommandTests {
    private func json(_ outcome: CommandLineTool.Outcome) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        return try #require(object as? [String: Any])
    }

    @Test func photoWritesWhatTheProgramSees() throws {
        let folder = try Folder()
        let codec = try VipsCodec()
        let picture = try Image(width: 300, height: 200, colour: [200, 30, 60])
        try folder.write(codec.encode(picture, as: .png()), "in.png")
        let outcome = try CommandLineTool.run(
            ["photo", "in.png", "-o", "out.png", "--size", "100", "--json"], in: folder)
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let report = try json(outcome)
        #expect(report["width"] as? Int == 150 && report["height"] as? Int == 100)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("out.png"))))
        let seen = try codec.decode(bytes).image
        #expect(seen == (try Image(width: 150, height: 100, colour: [200, 30, 60])))
    }

    @Test func convertKeepsEveryByteAndCastsOnRequest() throws {
        let folder = try Folder()
        let path = folder.file("in.safetensors")
        let weight = try Tensor.randn([33, 7], generator: Generator(seed: 0))
        try SafetensorsWriter.write(["a.weight": weight, "steps": Tensor([3])], to: path)
        _ = try CommandLineTool.run(
            ["model", "convert", "in.safetensors", "-o", "same.safetensors", "-q"], in: folder)
        _ = try CommandLineTool.run(
            ["model", "convert", "in.safetensors", "-o", "half.safetensors", "--dtype", "fp16"],
            in: folder)
        let same = try Checkpoint(folder.file("same.safetensors"))
        #expect(try same.tensor(named: "a.weight").isEqual(to: weight))
        let half = try Checkpoint(folder.file("half.safetensors"))
        #expect(try half.tensor(named: "a.weight").isEqual(to: weight.to(.float16)))
        #expect(half.entry("steps")?.dtype == .int64)
        let verified = try CommandLineTool.run(["model", "verify", "half.safetensors"], in: folder)
        #expect(verified.code == 0 && verified.output == "half.safetensors: sound, 2 tensors\n")
    }

    @Test func infoNamesTheKindOfModel() throws {
        let folder = try Folder()
        try SafetensorsWriter.write(
            [
                "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight":
                    try Tensor.zeros([320, 768], dtype: .float16)
            ], to: folder.file("unet.safetensors"))
        let outcome = try CommandLineTool.run(
            ["model", "info", "unet.safetensors", "--json"], in: folder)
        let report = try json(outcome)
        #expect(report["kind"] as? String == "UNet of Stable Diffusion 1.5 (diffusers)")
        #expect(report["elementCount"] as? Int == 320 * 768)
    }

    @Test func doctorKnowsTheMachine() throws {
        let outcome = try CommandLineTool.run(["doctor", "--no-peak", "--json"], in: Folder())
        let report = try json(outcome)
        #expect(report["libtorch"] as? String == LibTorch.version)
        #expect((report["devices"] as? [String])?.first == "cpu")
    }

    /// A million tensors made and dropped, in a process of its own: resident memory stays flat.
    @Test func tensorsLeaveNothingBehind() throws {
        let outcome = try CommandLineTool.run(["bench", "memory", "--json"], in: Folder())
        let report = try json(outcome)
        #expect(try #require(report["residentGrowthBytes"] as? Int) <= 16 << 20)
        #expect(report["tensorBytesLeft"] as? Int == 0)
    }

    @Test(arguments: ["bash", "zsh", "fish"]) func completionsCanBeGenerated(_ shell: String) throws
    {
        let outcome = try CommandLineTool.run(
            ["--generate-completion-script", shell], in: Folder())
        #expect(outcome.code == 0 && outcome.output.contains("doctor"))
    }
}
