import ArgumentParser
import Checkpoints
import Foundation
import Images
import Layers
import Torch

/// `likeness demo`: the best real thing there is, in half a minute.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "See what this version can do, in pictures.",
        discussion: """
            Portraits of a given person come next. The demo draws a picture, trains a network until \
            it is that picture, saves and reloads the weights, aligns the drawing by five points as \
            face networks need it, pastes it back, makes portraits of the synthetic world from \
            words where the miniature models are at hand, and puts all on one sheet.
            """)

    @Option(name: .shortAndLong, help: "The folder for the results; made if need be.")
    var output = "likeness-demo"

    @Option(help: "Training steps.")
    var steps = 600

    @Option(help: "The random seed: same seed, same bytes.")
    var seed: UInt64 = 1

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let sheet: String
        let weights: String
        let steps: Int
        let peakSignalToNoise: Double
        let reloadedIsEqual: Bool
        let meanPasteError: Double
        /// Pictures that the miniature models made; 0 without them.
        let portraits: Int
        let seconds: Double
    }

    static let side = 128

    func validate() throws {
        guard (1...100_000).contains(steps) else {
            throw ValidationError("expected --steps of 1 to 100000, found \(steps).")
        }
    }

    func run() throws {
        try reporting.run {
            try Output.makeFolder(output)
            let report = try perform()
            try reporting.result(report, text: text(report))
        }
    }

    private func perform() throws -> Report {
        let start = ContinuousClock.now
        let drawing = try DemoPicture.draw(Demo.side)
        let learned = try learn(drawing)
        let aligned = try align(DemoPicture.draw(2 * Demo.side))
        var sheet = ContactSheet(
            title: "Likeness \(Version.number)", columns: ["", "", "", "", ""])
        sheet.addRow(
            [drawing] + learned.stages.map(\.image), label: "A network learns a picture",
            captions: ["drawing"] + learned.stages.map { "step \($0.step)" })
        sheet.addRow(
            [learned.enlarged, aligned.turned, aligned.crop, aligned.pasted, aligned.flow],
            label: "Weights and geometry",
            captions: [
                "reloaded, twice the size", "turned, with its points", "aligned crop, 224 x 224",
                "changed and pasted back", "the motion as colours",
            ])
        let portraits = try portraits()
        if let portraits {
            sheet.addRow(
                portraits.images, label: "Portraits of a small synthetic world, from words",
                captions: portraits.captions)
        }
        let path = "\(output)/sheet.png"
        let text = TextMetadata([
            .init(TextMetadata.likenessKeyword, "{\"demo\":true,\"seed\":\(seed)}")
        ])
        try AtomicFile.write(
            try VipsCodec().encode(sheet.rendered(), as: .png(), text: text), to: path)
        return Report(
            sheet: path, weights: learned.path, steps: steps,
            peakSignalToNoise: learned.peakSignalToNoise, reloadedIsEqual: learned.reloadedIsEqual,
            meanPasteError: aligned.meanPasteError, portraits: portraits?.images.count ?? 0,
            seconds: (ContinuousClock.now - start).seconds)
    }

    private func text(_ report: Report) -> String {
        """
        Portraits of a given person come next.
        A network of three layers learned a picture in \(report.steps) steps: \
        \(String(format: "%.1f", report.peakSignalToNoise)) dB.
        Saved and reloaded, it gives \(report.reloadedIsEqual ? "the same bits" : "OTHER BITS").
        Aligned by five points and pasted back unchanged, a value changes by \
        \(String(format: "%.2f", report.meanPasteError)) of 255 on average.
        \(report.portraits > 0 ? "\(report.portraits) portraits" : "No portraits: no miniature models") \
        of the synthetic world.
        Look at \(report.sheet) (\(String(format: "%.0f", report.seconds)) s in all).
        """
    }
}
