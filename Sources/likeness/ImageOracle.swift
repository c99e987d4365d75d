import Foundation
import Images

/// Our half of `Reference/images/parity.py`, which writes pictures and a list of jobs into a folder
/// and compares what this leaves there with Pillow, OpenCV and Little CMS.
enum ImageOracle {
    static func run(folder: URL) throws {
        let codec = try VipsCodec(limits: ImageLimits(sides: 1...16384))
        let jobs = try String(
            contentsOf: folder.appendingPathComponent("jobs.txt"), encoding: .utf8)
        for job in jobs.split(separator: "\n") {
            let words = job.split(separator: " ").map(String.init)
            guard words.count >= 3 else {
                throw CommandError("expected a job of three words: \(job)")
            }
            let input = [UInt8](try Data(contentsOf: folder.appendingPathComponent(words[1])))
            let image = try codec.decode(input).image
            let output = try bytes(of: words[0], Array(words.dropFirst(3)), image, codec)
            try Data(output).write(to: folder.appendingPathComponent(words[2]))
        }
    }

    /// One job on one picture, as the bytes of a file.
    private static func bytes(
        of job: String, _ arguments: [String], _ image: Image, _ codec: VipsCodec
    ) throws -> [UInt8] {
        let numbers = arguments.compactMap(Double.init)
        switch (job, arguments.first, numbers.count) {
        case ("decode", _, _):
            return try codec.encode(image, as: .png())
        case ("resize", let name?, 2):
            guard let method = Resample(rawValue: name) else { break }
            let result = try image.resized(
                width: Int(numbers[0]), height: Int(numbers[1]), method)
            return try codec.encode(result, as: .png())
        case ("warp", _, 8):
            let matrix = AffineTransform2D(
                a: numbers[0], b: numbers[1], tx: numbers[2], c: numbers[3], d: numbers[4],
                ty: numbers[5])
            let result = try image.warped(
                by: matrix, width: Int(numbers[6]), height: Int(numbers[7]))
            return try codec.encode(result, as: .png())
        case ("text", let name?, _):
            let formats: [String: OutputFormat] = [
                "jpeg": .jpeg(), "png": .png(), "webp": .losslessWebP,
            ]
            guard let format = formats[name] else { break }
            // The same two texts as in the script.
            let text = TextMetadata([
                .init(
                    TextMetadata.parametersKeyword,
                    "a portrait, naïve style\nSteps: 20, Seed: 1 — 雪 🙂"),
                .init(TextMetadata.likenessKeyword, #"{"name": "Zoë", "seed": 7}"#),
            ])
            return try codec.encode(image, as: format, text: text)
        default: break
        }
        throw CommandError("parity.py asked for '\(job) \(arguments)', which is no job known here")
    }
}
