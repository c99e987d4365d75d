import Checkpoints
import Foundation
import Images
import TestSupport
import Testing
import Torch

/// One kind of bad input: what is typed, and the sentence and exit code it gets.
struct BadInput: Sendable, CustomTestStringConvertible {
    let name: String
    let arguments: [String]
    let code: Int32
    /// Without the leading `likeness: `.
    let sentence: String
    var testDescription: String { name }
}

@Suite struct BadInputTests {
    static let cases: [BadInput] = [
        .init(
            name: "no such weight file", arguments: ["model", "info", "nothing.safetensors"],
            code: 2,
            sentence:
                "nothing.safetensors: expected a file to open, found none of this name; check the "
                + "path."),
        .init(
            name: "a folder for a weight file", arguments: ["model", "info", "."], code: 2,
            sentence:
                ".: expected a plain file, found a folder, pipe or device; name the weight file "
                + "itself."),
        .init(
            name: "a truncated weight file", arguments: ["model", "verify", "short.safetensors"],
            code: 2,
            sentence:
                "short.safetensors: expected 16384 bytes of data, as the header promises, found "
                + "16284; the file is damaged or incomplete, fetch it again."),
        .init(
            name: "a pointer in place of a weight file",
            arguments: ["model", "info", "pointer.safetensors"], code: 2,
            sentence:
                "pointer.safetensors: expected a safetensors or torch file, found a git-lfs pointer, "
                + "not the weights themselves; run `git lfs pull` in that folder."),
        .init(
            name: "a pickle that would run a command",
            arguments: ["model", "convert", "evil.pth", "-o", "out.safetensors"], code: 2,
            sentence:
                "evil.pth: expected a safetensors or torch file, found a Python pickle that "
                + "torch.save did not write; convert it to safetensors in Python, where you trust the "
                + "file."),
        .init(
            name: "weights that are no numbers", arguments: ["model", "verify", "nan.safetensors"],
            code: 2,
            sentence:
                "nan.safetensors: expected numbers, found NaN in 1 tensor(s), first weight; the file "
                + "was saved from a broken run, get it again"),
        .init(
            name: "a model folder whose name is taken",
            arguments: ["model", "init", "--like", "sd15", "-o", "."], code: 3,
            sentence:
                ".: expected a new folder name, found one that is taken; --force replaces a model "
                + "folder"),
        .init(
            name: "a folder to replace that is no model's",
            arguments: ["model", "init", "--like", "sd15", "-o", ".", "--force"], code: 3,
            sentence:
                ".: expected a model folder to replace, found none with a model_index.json or "
                + "config.json; name another folder"),
        .init(
            name: "a part that a model does not have",
            arguments: ["model", "init", "--like", "clip-vit-l14", "-o", "x", "--only", "unet"],
            code: 2,
            sentence:
                "clip-vit-l14: expected names of its parts, found unet; it has one part only"),
        .init(
            name: "an export of no model",
            arguments: ["model", "export", "nothing", "-o", "x"], code: 2,
            sentence:
                "nothing: expected a configuration, one of config.json, scheduler_config.json, "
                + "preprocessor_config.json, tokenizer_config.json, found no such folder; check "
                + "the folder, or fetch what is missing"),
        .init(
            name: "an output that exists",
            arguments: ["model", "convert", "good.safetensors", "-o", "good.safetensors"], code: 3,
            sentence:
                "good.safetensors: expected a new file name, found an existing file; --force "
                + "replaces it"),
        .init(
            name: "an output in a folder that does not exist",
            arguments: ["model", "convert", "good.safetensors", "-o", "none/out.safetensors"],
            code: 3,
            sentence:
                "none/out.safetensors: expected an existing folder none, found none; create it first"
        ),
        .init(
            name: "no such photo", arguments: ["photo", "nothing.jpg", "-o", "out.png"], code: 2,
            sentence:
                "nothing.jpg: expected a picture, found no such file; check the name"),
        .init(
            name: "a text for a photo", arguments: ["photo", "text.jpg", "-o", "out.png"], code: 2,
            sentence:
                "text.jpg: The file starts with 54 68 69 73 20 69 73 20, which is no picture format "
                + "known here: send a JPEG, PNG, WebP or TIFF."),
        .init(
            name: "a truncated photo", arguments: ["photo", "short.jpg", "-o", "out.png"], code: 2,
            sentence:
                "short.jpg: The JPEG is damaged or incomplete (VipsJpeg: Premature end of input "
                + "file): export or upload it again."),
        .init(
            name: "a photo that is too small", arguments: ["photo", "tiny.png", "-o", "out.png"],
            code: 2,
            sentence:
                "tiny.png: The picture is 70 x 63, and each side must be 64 to 16384 pixels: scale "
                + "it first."),
        .init(
            name: "a HEIF photo unasked", arguments: ["photo", "phone.heic", "-o", "out.png"],
            code: 2,
            sentence:
                "phone.heic: expected a JPEG, PNG, WebP or TIFF, found HEIF; --allow-heif reads it, "
                + "or convert it"),
        .init(
            name: "an output format that is not written",
            arguments: ["photo", "good.png", "-o", "out.bmp"], code: 3,
            sentence:
                "out.bmp: expected a name that ends in .png, .jpg or .webp, found .bmp"),
        .init(
            name: "a size of nothing",
            arguments: ["photo", "good.png", "-o", "out.png", "--size", "0"], code: 64,
            sentence:
                "The value '0' is invalid for '--size <size>': expected N or WIDTHxHEIGHT, each 1 to "
                + "16384 pixels."),
        .init(
            name: "an unknown resampling",
            arguments: ["photo", "good.png", "-o", "out.png", "--resample", "sharp"], code: 64,
            sentence:
                "The value 'sharp' is invalid for '--resample <resample>'. Please provide one of "
                + "'pil-bicubic', 'pil-bilinear', 'pil-lanczos' or 'cv-bilinear'."),
        .init(
            name: "a scale without a ControlNet",
            arguments: [
                "image", "--model", "m", "-p", "p", "-o", "o.png", "--control-scale", "0.5",
            ],
            code: 64,
            sentence: "--control-scale: expected at most one for each --control, so 0, found 1"),
        .init(
            name: "a world of nobody",
            arguments: ["world", "make", "--identities", "0", "-o", "world"], code: 64,
            sentence: "--identities: expected 1 to 10000000, found 0"),
        .init(
            name: "no sample of the world",
            arguments: ["world", "show", "twelve", "-o", "out.png"], code: 2,
            sentence:
                "twelve: expected PERSON/VIEW, as in 12/0, or a data set's DIR:INDEX; found neither"
        ),
        .init(
            name: "an unknown command", arguments: ["paint"], code: 64,
            sentence:
                "Unexpected argument 'paint'"),
    ]

    /// A folder with one of each file that the cases name.
    private func prepare() throws -> Folder {
        let folder = try Folder()
        let good = folder.file("good.safetensors")
        try SafetensorsWriter.write(["weight": try Tensor.ones([64, 64])], to: good)
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: good)))
        try folder.write(bytes.dropLast(100), "short.safetensors")
        try SafetensorsWriter.write(
            ["weight": try Tensor([1, Float.nan])], to: folder.file("nan.safetensors"))
        try folder.write(
            Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n".utf8),
            "pointer.safetensors")
        // Protocol 2: posix.system("touch owned").
        try folder.write(
            [0x80, 2] + Array("cposix\nsystem\nX".utf8) + [11, 0, 0, 0] + Array("touch owned".utf8)
                + [0x85] + Array("R.".utf8), "evil.pth")
        let codec = try VipsCodec()
        let picture = try Image(width: 200, height: 100, colour: [10, 200, 90])
        let jpeg = try codec.encode(picture, as: .jpeg())
        try folder.write(jpeg.dropLast(jpeg.count / 2), "short.jpg")
        try folder.write(codec.encode(picture, as: .png()), "good.png")
        try folder.write(
            codec.encode(Image(width: 70, height: 63, colour: [0, 0, 0]), as: .png()), "tiny.png")
        try folder.write(Array("This is no picture.".utf8), "text.jpg")
        try folder.write([0, 0, 0, 24] + Array("ftypheic".utf8) + [0, 0, 0, 0], "phone.heic")
        return folder
    }

    @Test(arguments: cases) func getsItsSentenceAndItsCode(_ bad: BadInput) throws {
        let folder = try prepare()
        let before = try folder.names()
        let outcome = try CommandLineTool.run(bad.arguments, in: folder)
        #expect(outcome.code == bad.code)
        // Usage errors go on with a usage line; other errors may follow progress.
        let lines = outcome.errors.split(separator: "\n").map(String.init)
        let said = bad.code == 64 ? lines.first : lines.last
        #expect(said == (bad.code == 64 ? "Error: " : "likeness: ") + bad.sentence)
        #expect(outcome.output.isEmpty)
        // Nothing lost, nothing half-written, nothing run.
        #expect(try folder.names() == before)
    }

    @Test func machinesGetTheErrorAsJSON() throws {
        let folder = try prepare()
        let outcome = try CommandLineTool.run(["model", "info", "nan.txt", "--json"], in: folder)
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
        let fields = try #require(object as? [String: Any])
        #expect(fields["code"] as? Int == 2)
        #expect((fields["error"] as? String)?.hasPrefix("nan.txt: ") == true)
    }
}
