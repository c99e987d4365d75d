import Foundation
import Images
import Testing

/// The Swift half of `Reference/images/parity.py`, which writes pictures and a list of jobs into a
/// folder, runs this test, and compares what it leaves there with Pillow, OpenCV and Little CMS.
@Suite struct ParityTests {
    static let folder = ProcessInfo.processInfo.environment["LIKENESS_IMAGES_PARITY"]

    @Test(.enabled(if: folder != nil, "run Reference/images/parity.py, which sets the folder"))
    func worksThroughTheListOfJobs() throws {
        let folder = URL(fileURLWithPath: try #require(Self.folder))
        let jobs = try String(
            contentsOf: folder.appendingPathComponent("jobs.txt"), encoding: .utf8)
        for job in jobs.split(separator: "\n") {
            let words = job.split(separator: " ").map(String.init)
            let input = [UInt8](
                try Data(contentsOf: folder.appendingPathComponent(words[1])))
            let output = try run(words[0], Array(words.dropFirst(3)), input)
            try Data(output).write(to: folder.appendingPathComponent(words[2]))
        }
    }

    /// One job on one file: its name, its arguments, the file's bytes; returns the result's bytes.
    private func run(_ name: String, _ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
        let codec = try VipsCodec(limits: ImageLimits(sides: 1...16384))
        let image = try codec.decode(input).image
        let numbers = arguments.compactMap(Double.init)
        switch name {
        case "decode":
            return try codec.encode(image, as: .png())
        case "resize":
            let method = try #require(Resample(rawValue: arguments[0]))
            let result = try image.resized(
                width: Int(numbers[0]), height: Int(numbers[1]), method)
            return try codec.encode(result, as: .png())
        case "warp":
            let matrix = AffineTransform2D(
                a: numbers[0], b: numbers[1], tx: numbers[2], c: numbers[3], d: numbers[4],
                ty: numbers[5])
            let result = try image.warped(
                by: matrix, width: Int(numbers[6]), height: Int(numbers[7]))
            return try codec.encode(result, as: .png())
        case "text":
            let formats: [String: OutputFormat] = [
                "jpeg": .jpeg(), "png": .png(), "webp": .losslessWebP,
            ]
            let format = try #require(formats[arguments[0]])
            // The same two texts as in the script.
            let text = TextMetadata([
                .init(
                    TextMetadata.parametersKeyword,
                    "a portrait, naïve style\nSteps: 20, Seed: 1 — 雪 🙂"),
                .init(TextMetadata.likenessKeyword, #"{"name": "Zoë", "seed": 7}"#),
            ])
            return try codec.encode(image, as: format, text: text)
        default:
            Issue.record("parity.py asked for '\(name)', which is no job known here")
            return []
        }
    }
}
