import ArgumentParser
import Foundation
import Images
import Torch
import World

/// `likeness world verify`: is the correspondence exact?
struct WorldVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract:
            "Measure the truth against itself: albedo carried from picture to picture, and back.",
        discussion: """
            For random pairs of pictures of one person (other pose, expression, light and camera; \
            the same make-up and clothes) the second one's albedo is drawn in the first one's place \
            and compared, and points are followed there and back.
            """)

    @Option(help: "Pairs of pictures.")
    var pairs = 500

    @Option(help: "Pixels of a side.")
    var size = 256

    @Option(help: "Which world.")
    var seed: UInt64 = 1

    @OptionGroup var reporting: Reporting

    struct Report: Encodable {
        let pairs: Int
        let size: Int
        /// Over all pixels of all pairs, and of the worst pair and the median one, dB.
        let albedoPSNR: Double
        let worstPSNR: Double
        let medianPSNR: Double
        /// Of the head's skin alone: hair and lashes are finer than pixels.
        let skinPSNR: Double
        /// Pixels; medians over points that both see: the median and the worst of pairs.
        let medianCycleError: Double
        let worstMedianCycleError: Double
        /// Shares of the first picture's points.
        let visible: Double
        let occluded: Double
    }

    private struct Tally {
        var squares = 0.0
        var values = 0

        mutating func add(_ a: UInt8, _ b: UInt8) {
            let d = Double(a) - Double(b)
            squares += d * d
            values += 1
        }

        var psnr: Double {
            values == 0 ? .infinity : 10 * log10(255 * 255 / max(squares / Double(values), 1e-9))
        }
    }

    func run() throws {
        try reporting.run {
            guard pairs > 0, (32...1024).contains(size) else {
                throw ValidationError(
                    "Expected at least one pair, and a size of 32 to 1024 pixels.")
            }
            let studio = try Studio()
            var (all, skin) = (Tally(), Tally())
            var each: [Double] = []
            var cycles: [Double] = []
            var (visible, occluded, points) = (0, 0, 0)
            for i in 0..<pairs {
                let (a, b) = try pair(i, studio)
                let there = try studio.correspondence(from: a, to: b)
                let back = try studio.correspondence(from: b, to: a)
                let warped = try there.warped(b.view.albedo, of: b.view, to: a.view)
                var own = Tally()
                for p in 0..<size * size {
                    points += there.state[p] == Correspondence.State.none.rawValue ? 0 : 1
                    visible += there.isVisible(p) ? 1 : 0
                    occluded += there.state[p] == Correspondence.State.occluded.rawValue ? 1 : 0
                    guard warped.usable[p] else { continue }
                    for c in 3 * p..<3 * p + 3 {
                        let (x, y) = (a.view.albedo.pixels[c], warped.image.pixels[c])
                        own.add(x, y)
                        if a.view.part[p] == Part.head.rawValue { skin.add(x, y) }
                    }
                }
                all.squares += own.squares
                all.values += own.values
                each.append(own.psnr)
                let errors = try there.cycleError(back).compactMap { $0.map { Double($0) } }
                if !errors.isEmpty { cycles.append(errors.sorted()[errors.count / 2]) }
                reporting.progress(i + 1, of: pairs, "pair")
            }
            let report = Report(
                pairs: pairs, size: size, albedoPSNR: all.psnr, worstPSNR: each.min() ?? 0,
                medianPSNR: each.sorted()[each.count / 2], skinPSNR: skin.psnr,
                medianCycleError: cycles.sorted()[cycles.count / 2],
                worstMedianCycleError: cycles.max() ?? 0,
                visible: Double(visible) / Double(max(points, 1)),
                occluded: Double(occluded) / Double(max(points, 1)))
            try reporting.result(report, text: text(report))
        }
    }

    /// Two pictures of one person who has not changed clothes or make-up.
    private func pair(_ i: Int, _ studio: Studio) throws -> (Portrait, Portrait) {
        let person = Person(seed: seed, index: i)
        let sitter = try studio.sitter(person, detail: .init(size: size))
        let first = Look(of: person, view: 0)
        var second = Look(of: person, view: 1)
        second.wear(first)
        let portraits = try [first, second].map {
            try studio.portrait(of: sitter, $0, size: size)
        }
        return (portraits[0], portraits[1])
    }

    private func text(_ report: Report) -> String {
        String(
            format: """
                %d pairs at %d px: albedo %.1f dB (worst pair %.1f, median %.1f; skin alone %.1f)
                there and back: median %.4f px, the worst pair's %.4f
                of the first picture's points %.0f %% are seen in the second, %.0f %% hidden
                """, report.pairs, report.size, report.albedoPSNR, report.worstPSNR,
            report.medianPSNR, report.skinPSNR, report.medianCycleError,
            report.worstMedianCycleError, 100 * report.visible, 100 * report.occluded)
    }
}
