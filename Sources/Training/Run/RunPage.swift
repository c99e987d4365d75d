import Checkpoints
import Figures
import Foundation

/// A run's `index.html`: curves, the latest figures, sample pictures from new to old, settings.
///
/// Plain files beside each other, so that a copied folder still shows.
struct RunPage {
    private let path: String
    private let configuration: [UInt8]

    init(_ folder: RunFolder) {
        path = folder.path
        configuration = folder.configuration
    }

    /// Writes the plots and the page anew.
    func write(_ lines: [MetricsLog.Line], steps: Int) throws {
        var plots: [(name: String, file: String)] = []
        for name in Set(lines.flatMap(\.values.keys)).sorted() {
            let points = lines.compactMap { line in
                line.values[name].map { (x: Double(line.step), y: $0) }
            }
            guard points.count > 1 else { continue }
            let file =
                "plots/\(name.map { $0.isLetter || $0.isNumber ? $0 : "-" }.map(String.init).joined()).svg"
            try AtomicFile.write(Array(plot(name, points).svg().utf8), to: "\(path)/\(file)")
            plots.append((name, file))
        }
        // The loss first, what is only about speed last.
        plots.sort { (rank($0.name), $0.name) < (rank($1.name), $1.name) }
        try AtomicFile.write(
            Array(page(lines, steps, plots).utf8), to: "\(path)/index.html")
    }

    private func rank(_ name: String) -> Int {
        switch name {
        case "loss": 0
        case "grad_norm", "learning_rate": 2
        case "samples_per_second", "peak_share": 3
        default: 1
        }
    }

    private func plot(_ name: String, _ points: [(x: Double, y: Double)]) -> LinePlot {
        let isLoss = name == "loss" && points.allSatisfy { $0.y > 0 }
        // Noise hides a trend: the running mean over a twentieth of the run is drawn over it.
        let window = max(points.count / 20, 1)
        var sum = 0.0
        var means: [(x: Double, y: Double)] = []
        for (index, point) in points.enumerated() {
            sum += point.y
            if index >= window { sum -= points[index - window].y }
            means.append((point.x, sum / Double(min(index + 1, window))))
        }
        let series =
            window > 1
            ? [
                Series(name: "", points: points, style: .faint, colour: 0),
                Series(name: "", points: means, colour: 0),
            ]
            : [Series(name: "", points: points, colour: 0)]
        return LinePlot(
            title: name, x: Axis("step"), y: Axis("", scale: isLoss ? .logarithmic : .linear),
            series: series, width: 460, height: 280)
    }

    private func page(
        _ lines: [MetricsLog.Line], _ steps: Int, _ plots: [(name: String, file: String)]
    ) -> String {
        let step = lines.last?.step ?? 0
        let latest = lines.reduce(into: [String: Double]()) {
            $0.merge($1.values) { _, new in new }
        }
        let rows = latest.sorted { $0.key < $1.key }.map { name, value in
            "<tr><td>\(escapedMarkup(name))</td><td>\(String(format: "%.5g", value))</td></tr>"
        }
        let figures = plots.map { name, file in
            "<img src=\"\(file)\" alt=\"\(escapedMarkup(name)) by step\">"
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/samples")) ?? []
        let samples = names.filter { !$0.hasPrefix(".") }.sorted().reversed().prefix(48).map {
            name in
            "<figure><img src=\"samples/\(escapedMarkup(name))\" alt=\"\">"
                + "<figcaption>\(escapedMarkup(name))</figcaption></figure>"
        }
        let title = escapedMarkup(pathParts(path).name)
        return """
            <!doctype html>
            <html lang="en"><meta charset="utf-8"><title>\(title)</title>
            <style>
            :root { color-scheme: light dark }
            body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
            section { margin: 2rem 0 } .row { display: flex; flex-wrap: wrap; gap: 1rem }
            figure { margin: 0 } figcaption { font-size: 12px; opacity: .7 } img { max-width: 100% }
            td { padding: 0 1rem 0 0; font-variant-numeric: tabular-nums }
            pre { overflow: auto; padding: 1rem; border: 1px solid #8886 }
            </style>
            <h1>\(title)</h1>
            <p>Step \(step) of \(steps).</p>
            <section class="row">\(figures.joined(separator: "\n"))</section>
            <section><h2>Latest figures</h2><table>\(rows.joined(separator: "\n"))</table></section>
            <section><h2>Samples</h2><div class="row">\(samples.joined(separator: "\n"))</div></section>
            <section><h2>Configuration</h2>
            <pre>\(escapedMarkup(String(decoding: configuration, as: UTF8.self)))</pre></section>
            </html>

            """
    }
}
