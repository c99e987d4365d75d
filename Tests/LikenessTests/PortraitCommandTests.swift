import Foundation
import Images
import Testing

/// `likeness generate`, `replay`, `refine` and `train matching|appearance`, as a user runs them, on a
/// small random model. It has no detector, so boxes say where faces are.
@Suite struct PortraitCommandTests {
    private static let box = ["--face-box", "8,8,56,60"]
    private static let boxes = box + ["--profile-face-box", "8,8,56,60"]

    private func prepared() throws -> Folder {
        let folder = try Folder()
        let made = try CommandLineTool.run(
            ["model", "init", "--like", "ic-portrait", "--tiny", "-o", "model", "--quiet"],
            in: folder)
        #expect(made.code == 0, "\(made.errors)")
        let codec = try VipsCodec(limits: ImageLimits(sides: 8...2048))
        for (seed, name) in ["anna.png", "ben.png", "style.png"].enumerated() {
            let picture = try Image(
                width: 72, height: 64, channels: 3,
                pixels: (0..<72 * 64 * 3).map { UInt8(($0 * (seed + 3) / 5 + seed * 40) % 256) })
            try folder.write(codec.encode(picture, as: .png()), name)
        }
        return folder
    }

    private func generate(_ folder: Folder, _ more: [String]) throws -> CommandLineTool.Outcome {
        try CommandLineTool.run(
            ["generate", "--model", "model", "--reference", "style.png", "--steps", "4", "--quiet"]
                + more, in: folder)
    }

    @Test func theSameSeedGivesTheSameBytesAndReplayGivesThemAgain() throws {
        let folder = try prepared()
        for name in ["one.png", "two.png"] {
            let made = try generate(
                folder, Self.boxes + ["--profile", "anna.png", "--seed", "5", "-o", name])
            #expect(made.code == 0, "\(made.errors)")
        }
        let files = try ["one.png", "two.png"].map {
            try Data(contentsOf: URL(fileURLWithPath: folder.file($0)))
        }
        #expect(files[0] == files[1])
        let text = TextMetadata.read(from: [UInt8](files[0])).text
        #expect(text.parameters?.hasPrefix("anna.png as style.png\nSteps: 4") == true)
        // Names only: nothing of the machine.
        #expect(text.likeness?.contains(folder.path) == false)

        let again = try CommandLineTool.run(
            ["replay", "one.png", "--model", "model", "--json"], in: folder)
        #expect(again.code == 0, "\(again.errors)")
        #expect(again.output.contains("\"largestDifference\" : 0"), "\(again.output)")
        #expect(again.output.contains("\"sameModel\" : true"))
    }

    @Test func replayTellsWhatIsMissing() throws {
        let folder = try prepared()
        let made = try generate(
            folder, Self.boxes + ["--profile", "anna.png", "--seed", "5", "-o", "one.png"])
        #expect(made.code == 0, "\(made.errors)")
        try FileManager.default.removeItem(atPath: folder.file("anna.png"))
        let again = try CommandLineTool.run(
            ["replay", "one.png", "--model", "model"], in: folder)
        #expect(again.code == 2)
        #expect(again.errors.contains("anna.png: expected the picture of SHA-256"))
        let foreign = try CommandLineTool.run(["replay", "style.png"], in: folder)
        #expect(foreign.code == 2 && foreign.errors.contains("expected a portrait that likeness"))
    }

    @Test func everythingOnTheWayIsSaved() throws {
        let folder = try prepared()
        let made = try generate(
            folder,
            Self.boxes + ["--profile", "anna.png", "-o", "one.png", "--save-all", "all"])
        #expect(made.code == 0, "\(made.errors)")
        let names = try Set(FileManager.default.contentsOfDirectory(atPath: folder.file("all")))
        let expected = [
            "reference", "visible", "profile", "match", "warped", "confidence", "round-1",
            "round-2",
        ]
        #expect(names == Set(expected.map { "face-1-\($0).png" } + ["sheet.png"]))
        let again = try generate(
            folder,
            Self.boxes + ["--profile", "anna.png", "-o", "two.png", "--save-all", "all"])
        #expect(again.code == 3 && again.errors.contains("all: expected an empty folder"))
    }

    @Test func nobodyGuidesWithoutARecogniser() throws {
        let folder = try prepared()
        let made = try generate(
            folder,
            Self.boxes + [
                "--profile", "anna.png", "--set", "identity.weight=0.05", "-o", "one.png",
            ])
        #expect(made.code != 0 && !FileManager.default.fileExists(atPath: folder.file("one.png")))
        #expect(made.errors.contains("identity.weight: expected a recogniser"), "\(made.errors)")
        let wrong = try generate(
            folder,
            Self.boxes + ["--profile", "anna.png", "--set", "identity.looks=0", "-o", "one.png"])
        #expect(wrong.code != 0 && wrong.errors.contains("identity.looks: expected 1 to 1000"))
    }

    @Test func aPictureIsRefined() throws {
        let folder = try prepared()
        let made = try CommandLineTool.run(
            [
                "refine", "style.png", "--model", "model", "--profile", "anna.png", "--steps", "4",
                "--seed", "1", "-o", "better.png",
            ] + Self.boxes, in: folder)
        #expect(made.code == 0, "\(made.errors)")
    }

    @Test func bothNetsAreTrainedFromPhotosAndUsed() throws {
        let folder = try prepared()
        for person in ["anna", "ben"] {
            try FileManager.default.createDirectory(
                atPath: folder.file("photos/\(person)"), withIntermediateDirectories: true)
            for (place, name) in ["anna.png", "style.png"].enumerated() {
                let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file(name)))
                let codec = try VipsCodec(limits: ImageLimits(sides: 8...2048))
                let square = try codec.decode([UInt8](bytes)).image
                    .cropped(to: PixelRect(x: 4, y: 0, width: 64, height: 64))
                try folder.write(codec.encode(square, as: .png()), "photos/\(person)/\(place).png")
            }
        }
        let common = [
            "--model", "model", "--views", "photos", "--whole", "--quiet", "--set",
            "training.steps=2", "--set", "training.batch_size=2",
        ]
        let matching = try CommandLineTool.run(
            ["train", "matching", "-o", "m"] + common, in: folder)
        #expect(matching.code == 0, "\(matching.errors)")
        let appearance = try CommandLineTool.run(
            ["train", "appearance", "-o", "a", "--matching", "m/matching"] + common, in: folder)
        #expect(appearance.code == 0, "\(appearance.errors)")
        let made = try generate(
            folder, Self.boxes + ["--profile", "anna.png", "--nets", "a", "-o", "one.png"])
        #expect(made.code == 0, "\(made.errors)")
        let exported = try CommandLineTool.run(
            ["model", "export", "a/appearance", "-o", "controlnet"], in: folder)
        #expect(exported.code == 0, "\(exported.errors)")
        // What was written is a whole ControlNetModel.
        let again = try CommandLineTool.run(
            ["model", "export", "controlnet", "-o", "again", "--quiet"], in: folder)
        #expect(again.code == 0, "\(again.errors)")
    }

    /// What is typed, and what the sentence must say.
    private static let mistakes: [([String], String)] = [
        (["--profile", "anna.png"], "expected a face detector to find the face with"),
        (
            ["--profile", "nobody.png"] + boxes,
            "nobody.png: expected a picture, found no such file"
        ),
        (["--profile", "model"] + boxes, "model: expected a picture, found a folder"),
        (["--profile", "words.png"] + boxes, "words.png: "),
        (["--profile", "style.png"] + boxes, "found the style reference itself"),
        (
            ["--profile", "anna.png", "--face-box", "300,300,340,350"],
            "expected a face's box within 72 x 64 pixels"
        ),
        (["--profile", "anna.png", "--strength", "0.001"] + boxes, "strengths: expected one"),
        (
            ["--profile", "anna.png", "--keep-ratio", "3"] + boxes,
            "expected a keep ratio of 0 to 1"
        ),
        (["--profile", "anna.png", "--set", "blend.gamma=2"] + boxes, "gamma"),
        (["--profile", "anna.png", "--cfg-scale", "nan"] + boxes, "guidance: expected 1"),
        (["--profile", "anna.png", "--strength", "0"] + boxes, "strengths: expected one"),
        (["--profile", "anna.png", "--scheduler", "pndm"] + boxes, "pndm: expected a sampler"),
        (
            ["--profile", "anna.png", "--nets", "elsewhere"] + boxes,
            "expected IC-Portrait's matching"
        ),
        (["--profile", "1=anna.png", "--face", "2"], "expected N=FILE for everybody"),
        (["--profile", "anna.png", "--set", "matching.blocks=[9]"] + boxes, "matching.blocks"),
        (
            ["--profile", "anna.png", "--set", "matching.median_side=5000000000"] + boxes,
            "matching.median_side: expected an odd number"
        ),
    ]

    @Test func everyMistakeGetsItsSentence() throws {
        let folder = try prepared()
        try folder.write("no picture".utf8, "words.png")
        for (arguments, words) in Self.mistakes {
            let made = try generate(folder, arguments + ["-o", "out.png"])
            #expect(made.code == 2, "\(arguments): \(made.code)")
            let lines = made.errors.split(separator: "\n")
            #expect(
                lines.count == 1 && made.errors.contains(words), "\(arguments): \(made.errors)")
            #expect(try !folder.names().contains("out.png"))
        }
    }
}
