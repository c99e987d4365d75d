import Checkpoints
import Diffusion
import Evaluation
import Figures
import Foundation
import ICPortrait
import Images
import Torch
import Training

/// IC-Portrait's Figure 4 in numbers: how well the matching net matches after so many steps, by the
/// paper's recipe and by either loss at the miniature's rate.
public struct MatchingStudy {
    private let run: MiniatureRun
    private let steps: [Int]

    /// A study on a run's base, pictures and flows.
    ///
    /// - Parameters:
    ///   - run: with a base.
    ///   - steps: at which the figure stands, the others multiples of the first above 0.
    public init(_ run: MiniatureRun, steps: [Int] = [0, 50, 100, 200, 500]) {
        (self.run, self.steps) = (run, steps)
    }

    /// The paper's; the paper's loss with the run's rate and start; true correspondence with them.
    private var recipes: [(String, MatchingRunSettings)] {
        func own(_ kind: MatchingLossSettings.Kind) -> MatchingRunSettings {
            var settings = run.settings.matching
            settings.losses.kind = kind
            return settings
        }
        return [
            ("paper", MatchingRunSettings.paper), ("denoising", own(.denoising)),
            ("correspondence", own(.correspondence)),
        ].map { name, settings in
            var own = settings
            own.training.precision = run.settings.matching.training.precision
            own.training.steps = steps.last ?? 0
            own.training.saveEvery = steps.first { $0 > 0 } ?? 0
            own.training.keep = steps.last ?? 1
            own.training.evaluateEvery = 0
            return (name, own)
        }
    }

    /// Pairs of one kind, and what was measured on them.
    private struct Probe {
        let name: String
        let matching: PortraitMatching
        var rows: [[Table.Cell]]
        var series: [Series] = []
        var columns: [(String, Tensor)] = []

        var pairs: MatchingPairs { matching.pairs }
    }

    /// Trains the net anew by each recipe, in run folders that are gone on with, and measures its
    /// checkpoints.
    ///
    /// - Parameter progress: called after each logged step with the recipe's name.
    /// - Returns: tables, plots and pictures; nil after a stop.
    /// - Throws: what the nets and their data throw.
    public func scores(
        progress: (String, TrainingProgress) -> Void = { _, _ in }
    ) throws -> PartScores? {
        guard try run.makeFlows() else { return nil }
        var probes = try [("one person", false), ("two people", true)].map { name, ofTwo in
            let matching = try run.portraitMatching(ofTwo: ofTwo)
            let pairs = matching.pairs
            return Probe(
                name: name, matching: matching,
                rows: [
                    [.text("chance"), .missing] + (try FlowScores(pairs, chance(pairs)).cells),
                    [.text("no flow"), .missing]
                        + (try FlowScores(pairs, pairs.flow.zerosLike()).cells),
                ])
        }
        var scores = PartScores()
        for (name, settings) in recipes {
            var points = probes.map { _ in [(x: Double, y: Double)]() }
            let done = try visit(name, settings, progress) { step, network in
                for place in probes.indices {
                    let flow = try probes[place].matching.flow(network)
                    let found = try FlowScores(probes[place].pairs, flow)
                    // Without its condition the untrained copy is the base itself.
                    let title = name == "paper" && step == 0 ? "frozen base" : name
                    probes[place].rows.append([.text(title), .count(step)] + found.cells)
                    points[place].append((Double(step), 100 * (found.all?.pck(at: 0.1) ?? 0)))
                    if step >= 200 { probes[place].columns.append(("\(name), \(step)", flow)) }
                    let end = "\(name)_\(step)" + (place == 0 ? "" : "_two")
                    for (figure, value) in found.figures {
                        scores.figures["\(figure)_\(end)"] = value
                    }
                }
            }
            guard done else { return nil }
            for place in probes.indices {
                probes[place].series.append(
                    Series(name: name, points: points[place], style: .line))
            }
        }
        for probe in probes { try add(probe, to: &scores) }
        return scores
    }

    private func add(_ probe: Probe, to scores: inout PartScores) throws {
        let file = probe.name.replacingOccurrences(of: " ", with: "-")
        scores.tables.append(
            Table(
                title: "Matching after so many steps: pairs of \(probe.name)",
                columns: [.init("loss"), .init("steps")] + FlowScores.columns, rows: probe.rows,
                notes: [
                    "\(probe.pairs.count) pairs of unseen people, the first picture in the style "
                        + "reference's place; shares of places that both pictures show, within a share "
                        + "of the face's width. paper: denoising at 1e-5 from a ControlNet's start; the "
                        + "others at \(run.settings.matching.training.optimizer.learningRate) with a "
                        + "condition that starts beside zero and averaged weights. All match by the "
                        + "same blocks, refinement and median."
                ]))
        scores.plots.append(
            (
                "steps-\(file)",
                LinePlot(
                    title: "Matching \(probe.name) while it is learned", x: Axis("steps"),
                    y: Axis("PCK@0.1, %"), series: probe.series)
            ))
        scores.pictures.append(
            (
                "warped-\(file)", "The second picture drawn in the first one's place.",
                try sheet(probe.pairs, probe.columns)
            ))
    }

    /// Trains by a recipe, and shows the net as it was at each of the steps.
    ///
    /// - Returns: false after a stop.
    private func visit(
        _ name: String, _ settings: MatchingRunSettings,
        _ progress: (String, TrainingProgress) -> Void,
        _ look: (Int, LatentControlNet) throws -> Void
    ) throws -> Bool {
        let task = try run.matchingTask(settings)
        try task.store.move(to: run.device)
        try look(0, task.network)
        let folder = "\(run.path)/figure-4/\(name)"
        let configuration: JSONValue = [
            "recipe": .string(name), "settings": try settings.json(),
            "portrait": try run.settings.portrait.json(),
        ]
        guard
            try run.train(
                in: folder, configuration, settings.training, copying: run.matchingOrigin(),
                progress: { progress(name, $0) }, { task })
        else { return false }
        let checkpoints = CheckpointFolder(reading: "\(folder)/checkpoints")
        for step in steps where step > 0 {
            let found = try checkpoints.verified(step)
            let kind = found.state.files["average.safetensors"] == nil ? "model" : "average"
            try task.store.load(
                from: openCheckpoint("\(found.path)/\(kind).safetensors").tensors())
            try look(step, task.network)
        }
        return true
    }

    /// Every place of the first picture anywhere in the second.
    private func chance(_ pairs: MatchingPairs) throws -> Tensor {
        let (cells, side) = (pairs.cells, Double(pairs.pictures.shape[4]))
        let generator = try Generator(seed: 1)
        let places = try Tensor.rand([pairs.count, 2, cells, cells], generator: generator) * side
        let across = try (Tensor.arange(0..<cells).to(.float32) + 0.5) * (side / Double(cells))
        let own = try Tensor.stack([
            across.reshaped([1, cells]).expanded([cells, cells]),
            across.reshaped([cells, 1]).expanded([cells, cells]),
        ])
        return try places - own.unsqueezed(0)
    }

    private func sheet(_ pairs: MatchingPairs, _ columns: [(String, Tensor)]) throws -> Image {
        var sheet = ContactSheet(
            title: "Matching of unseen people",
            columns: ["first", "second", "true flow"] + columns.map(\.0))
        let side = pairs.pictures.shape[4]
        let scale = Double(pairs.cells) / Double(side)
        for pair in 0..<min(8, pairs.count) {
            let second = try pairs.pictures[pair, 1].to(.float32) / 127.5 - 1
            func warped(_ flow: Tensor) throws -> Image {
                let wide = try DenseFlow(cells: flow[pair].unsqueezed(0) * scale)
                    .resized(to: [side, side])
                return try Image(tensor: wide.warp(second.unsqueezed(0))[0])
            }
            sheet.addRow(
                try [Image(tensor: pairs.pictures[pair, 0].to(.float32) / 127.5 - 1)]
                    + [Image(tensor: second), warped(pairs.flow)] + columns.map { try warped($0.1) }
            )
        }
        return try sheet.rendered()
    }
}
