import Checkpoints
import Foundation
import Images
import Testing
import Torch

/// `likeness image`, `forward` and `model init`, as a user runs them, on a small random model.
@Suite struct ImageCommandTests {
    private func prepared(_ like: String = "sd15") throws -> Folder {
        let folder = try Folder()
        let made = try CommandLineTool.run(
            ["model", "init", "--like", like, "--tiny", "-o", "model", "--quiet"], in: folder)
        #expect(made.code == 0, "\(made.errors)")
        return folder
    }

    private func image(_ folder: Folder, _ more: [String]) throws -> CommandLineTool.Outcome {
        try CommandLineTool.run(
            [
                "image", "--model", "model", "-p", "a red hat", "--steps", "3", "-W", "64", "-H",
                "64", "--quiet",
            ] + more, in: folder)
    }

    @Test func writesWhatWasAskedForIntoThePicture() throws {
        let folder = try prepared()
        let made = try image(
            folder, ["-n", "a scarf", "--seed", "5", "--scheduler", "ddim", "-o", "out.png"])
        #expect(made.code == 0, "\(made.errors)")
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.file("out.png"))))
        let text = TextMetadata.read(from: bytes).text
        #expect(
            text.parameters == """
                a red hat
                Negative prompt: a scarf
                Steps: 3, Sampler: DDIM, CFG scale: 7.5, Seed: 5, Size: 64x64, Model: model, \
                RNG: CPU, Version: likeness 0.1.0
                """)
        let json = try #require(text.likeness)
        let fields = try #require(
            JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(fields["seed"] as? Int == 5 && fields["prompt"] as? String == "a red hat")
        // Names only: nothing of the machine.
        #expect(!json.contains(folder.path))
    }

    @Test func numbersThePicturesOfABatch() throws {
        let folder = try prepared()
        let made = try image(folder, ["--seed", "5", "--batch", "2", "-o", "out.png"])
        #expect(made.code == 0, "\(made.errors)")
        #expect(try folder.names() == ["model", "out-1.png", "out-2.png"])
    }

    @Test func stopsAndGoesOnWithTheSameBytes() throws {
        let folder = try prepared()
        let flags = ["--seed", "5", "--scheduler", "euler-a"]
        #expect(try image(folder, flags + ["-o", "whole.png"]).code == 0)
        let stopped = try image(
            folder,
            flags + ["-o", "part.png", "--stop-before", "2", "--save-state", "s.safetensors"])
        #expect(stopped.code == 0, "\(stopped.errors)")
        #expect(try !folder.names().contains("part.png"))
        let rest = try image(folder, flags + ["-o", "part.png", "--resume", "s.safetensors"])
        #expect(rest.code == 0, "\(rest.errors)")
        let files = try ["whole.png", "part.png"].map {
            try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))
        }
        #expect(files[0] == files[1])
    }

    @Test func whatNeedsMoreThanAllowedIsRefusedBeforeItIsLoaded() throws {
        let folder = try prepared()
        let refused = try image(folder, ["--max-memory", "100MB", "-o", "out.png"])
        #expect(
            refused.code == 5 && refused.errors.contains("--max-memory: expected room for about"))
        #expect(try folder.names() == ["model"])
        #expect(try image(folder, ["--max-memory", "2.5GiB", "-o", "out.png"]).code == 0)
        #expect(try image(folder, ["--max-memory", "much", "-o", "b.png"]).code != 0)
    }

    @Test func runsOneNetworkOnTensors() throws {
        let folder = try prepared()
        try SafetensorsWriter.write(
            ["z": try Tensor.randn([1, 4, 4, 4], generator: Generator(seed: 1))],
            to: folder.file("in.safetensors"))
        let arguments = ["--model", "model/vae", "--inputs", "in.safetensors", "-o"]
        let made = try CommandLineTool.run(
            ["forward", "vae-decode"] + arguments + ["out.safetensors"], in: folder)
        #expect(made.code == 0, "\(made.errors)")
        let missing = try CommandLineTool.run(
            ["forward", "vae-encode"] + arguments + ["none.safetensors"], in: folder)
        #expect(missing.code == 2)
        #expect(
            missing.errors == "likeness: in.safetensors: expected a tensor named x, found z\n")
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let flags: [String]
        let sentence: String
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        .init(
            name: "no model", flags: ["--model", "nothing", "-o", "out.png"],
            sentence: "nothing: expected a pipeline folder with a model_index.json, found none; "
                + "name the folder that diffusers' save_pretrained wrote"),
        .init(
            name: "an odd width", flags: ["-o", "out.png", "-W", "70"],
            sentence: "Expected a width of 8...16384 pixels and a multiple of 8, found 70."),
        .init(
            name: "no steps", flags: ["-o", "out.png", "--steps", "0"],
            sentence: "Expected 1...1000 steps, found 0."),
        .init(
            name: "a mask alone", flags: ["-o", "out.png", "--mask", "photo.png"],
            sentence: "A mask says what of a picture may change; give the picture too."),
        .init(
            name: "a control without a picture", flags: ["-o", "out.png", "--control", "net"],
            sentence: "--control net: expected MODEL=IMAGE, found no '='"),
        .init(
            name: "no such photo", flags: ["-o", "out.png", "--init-image", "none.png"],
            sentence: "none.png: expected a picture, found no such file; check the name"),
    ]

    @Test(arguments: bad) func saysWhatIsWrong(_ bad: Bad) throws {
        let folder = try prepared()
        let photo = try Image(width: 64, height: 64, colour: [200, 90, 30])
        try folder.write(VipsCodec().encode(photo, as: .png()), "photo.png")
        let outcome = try image(folder, bad.flags)
        #expect(outcome.code == 2)
        #expect(outcome.errors == "likeness: \(bad.sentence)\n")
        #expect(try !folder.names().contains("out.png"))
    }
}
