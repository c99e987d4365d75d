import ArgumentParser
import Checkpoints
import Diffusion
import Figures
import Foundation
import Layers
import Torch

/// `likeness bench scaling`.
struct BenchScaling: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scaling",
        abstract: "One denoising step over resolutions, batches and threads, as a plot.",
        discussion:
            "The floor is the step's products at the speed of one large matrix product, measured in "
            + "the same run with as many threads.")

    @Option(help: "Whose network: sd15, sdxl or miniature; random weights.")
    var like: BenchModel = .sd15

    @Option(parsing: .upToNextOption, help: "Pixels of a side.")
    var sizes = [256, 512, 768, 1024]

    @Option(parsing: .upToNextOption, help: "Pictures at once, at the first of the sizes.")
    var batches = [1, 2, 4, 8]

    @Option(parsing: .upToNextOption, help: "Threads.")
    var threads = Array(Set([1, ProcessInfo.processInfo.activeProcessorCount])).sorted()

    @Option(help: "Runs to time of each, after one that warms up.")
    var rounds = 3

    @Option(help: "Numbers to compute in: fp32, bf16 or fp16.")
    var dtype: ComputeType = .bf16

    @Option(name: .shortAndLong, help: "The folder for index.html, the plots and figures.json.")
    var output: String

    @OptionGroup var reporting: Reporting

    /// One time that was taken.
    struct Point: Encodable {
        let threads, side, batch: Int
        let medianSeconds, floorSeconds: Double
        /// Of the matrix product's speed.
        var peakShare: Double { floorSeconds / medianSeconds }

        enum CodingKeys: String, CodingKey {
            case threads, side, batch
            case medianSeconds = "median_s"
            case floorSeconds = "floor_s"
        }
    }

    struct Report: Encodable {
        let output: String
        let points: [Point]
    }

    func validate() throws {
        guard (sizes + batches + threads + [rounds]).allSatisfy({ $0 > 0 }), !sizes.isEmpty,
            !batches.isEmpty, !threads.isEmpty
        else { throw ValidationError("Expected positive numbers of everything.") }
    }

    func run() throws {
        try reporting.run {
            let points = try noGrad { try measured() }
            try write(points)
            try reporting.result(
                Report(output: output, points: points),
                text: points.map {
                    String(
                        format: "%d threads, %d x %d px: %.3f s, %.0f %% of the peak", $0.threads,
                        $0.batch, $0.side, $0.medianSeconds, 100 * $0.peakShare)
                }.joined(separator: "\n"))
        }
    }

    private func measured() throws -> [Point] {
        let draw = try BenchDraw(dtype.dtype, .cpu)
        let step = try UNetStep(like, draw)
        try draw.store.finish()
        try draw.store.prepareForInference(reuses: true)
        LibTorch.keepFreedMemory()
        var tasks = sizes.map { (side: $0, batch: 1) }
        tasks += batches.filter { $0 > 1 }.map { (side: sizes[0], batch: $0) }
        var points: [Point] = []
        for count in threads {
            try LibTorch.setThreadCount(count)
            let peak = try MatrixPeak.measure(dtype: dtype.dtype, device: .cpu)
            for task in tasks {
                let forward = try step(task.batch, pixels: [task.side, task.side])
                let flops = try FlopCount.measure { _ = try forward() }.flops
                let seconds = try (0..<rounds).map { _ in
                    try ContinuousClock().measure { _ = try forward() }.seconds
                }
                points.append(
                    Point(
                        threads: count, side: task.side, batch: task.batch,
                        medianSeconds: median(seconds), floorSeconds: flops / peak))
                reporting.progress(points.count, of: threads.count * tasks.count, "timed")
            }
        }
        return points
    }

    private func write(_ points: [Point]) throws {
        let title = "\(like.rawValue), one step, \(dtype.rawValue)"
        let plots = [
            (
                "resolution",
                plot("\(title), one picture", "pixels of a side", points.filter { $0.batch == 1 }) {
                    Double($0.side)
                }
            ),
            (
                "batch",
                plot(
                    "\(title), \(sizes[0]) px", "pictures at once",
                    points.filter { $0.side == sizes[0] }
                ) { Double($0.batch) }
            ),
        ]
        let table = Table(
            title: title,
            columns: [
                .init("threads"), .init("side", unit: "px"), .init("pictures"),
                .init("step", unit: "s", digits: 3), .init("floor", unit: "s", digits: 3),
                .init("of the peak", unit: "%", digits: 0),
            ],
            rows: points.map {
                [
                    .count($0.threads), .count($0.side), .count($0.batch),
                    .number($0.medianSeconds), .number($0.floorSeconds),
                    .number(100 * $0.peakShare),
                ]
            })
        try FileManager.default.createDirectory(
            atPath: output, withIntermediateDirectories: true)
        for (name, plot) in plots {
            try AtomicFile.write(Array(plot.svg().utf8), to: "\(output)/\(name).svg")
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try AtomicFile.write(Array(encoder.encode(points)), to: "\(output)/figures.json")
        var page = Figures.Report(title: title)
        page.add(heading: "Times", [.table(table), .row(plots.map { .plot($0.1) })])
        try page.write(to: "\(output)/index.html")
    }

    private func plot(
        _ title: String, _ axis: String, _ points: [Point], _ place: (Point) -> Double
    ) -> LinePlot {
        let series = threads.enumerated().flatMap { colour, count -> [Series] in
            let own = points.filter { $0.threads == count }.sorted { place($0) < place($1) }
            let name = "\(count) thread\(count == 1 ? "" : "s")"
            return [
                Series(
                    name: name, points: own.map { (place($0), $0.medianSeconds) }, colour: colour),
                Series(
                    name: "\(name), floor", points: own.map { (place($0), $0.floorSeconds) },
                    style: .dashed, colour: colour),
            ]
        }
        return LinePlot(
            title: title, x: Axis(axis), y: Axis("seconds", scale: .logarithmic), series: series)
    }
}
