import Diffusion
import Evaluation
import Figures
import ICPortrait
import Images
import Torch
import Training

/// IC-Portrait's Figure 4 in numbers: how well the matching net matches after so many steps, by the
/// paper's recipe and by either loss at the miniature's rate.
public struct MatchingStudy {
    /// Steps at which the figure stands.
    public static let steps = [0, 50, 100, 200, 500]
    private let run: MiniatureRun

    /// The paper's; the paper's loss with the miniature's rate and start; true correspondence.
    private static let recipes: [(String, MatchingRunSettings)] = {
        var denoising = MatchingRunSettings()
        denoising.losses.kind = .denoising
        return [
            ("paper", .paper), ("denoising", denoising), ("correspondence", MatchingRunSettings()),
        ]
    }()

    /// A study on a run's base, pictures and flows.
    public init(_ run: MiniatureRun) { self.run = run }

    /// Trains both nets from the start and measures them on the way.
    ///
    /// - Parameters:
    ///   - progress: called with steps done and in all.
    ///   - shouldStop: asked after every step.
    /// - Returns: a table, a plot and pictures; nil after a stop.
    /// - Throws: what the nets and their data throw.
    public func scores(
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> PartScores? {
        guard try run.makeFlows() else { return nil }
        let matching = try run.portraitMatching()
        let pairs = matching.pairs
        var rows: [[Table.Cell]] = [
            [.text("chance"), .missing] + (try FlowScores(pairs, chance(pairs)).cells),
            [.text("no flow"), .missing] + (try FlowScores(pairs, pairs.flow.zerosLike()).cells),
        ]
        var scores = PartScores()
        var series: [Series] = []
        var columns: [(String, Tensor)] = []
        let last = Self.steps.last ?? 0
        for (number, recipe) in Self.recipes.enumerated() {
            let (name, settings) = recipe
            let task = try run.matchingTask(settings)
            try task.store.move(to: run.device)
            let optimizer = try Optimizer(task.store, settings.training.optimizer)
            var points: [(x: Double, y: Double)] = []
            for step in 0...last {
                if Self.steps.contains(step) {
                    let flow = try matching.flow(task.network)
                    let found = try FlowScores(pairs, flow)
                    rows.append([.text(name), .count(step)] + found.cells)
                    scores.figures.merge(
                        found.figures.map { ("\($0.key)_\(name)_\(step)", $0.value) }
                    ) { _, new in new }
                    points.append((Double(step), 100 * (found.all?.pck(at: 0.1) ?? 0)))
                    if step == 200 || step == last { columns.append(("\(name), \(step)", flow)) }
                }
                guard step < last else { break }
                if shouldStop() { return nil }
                let place = TrainingStep(step, seed: settings.training.seed, device: run.device)
                try task.store.clearGradients()
                try task.losses(task.batches.batch(at: step), place).total().backward()
                _ = try optimizer.clipGradients(to: settings.training.optimizer.maxGradNorm)
                let rate = settings.training.optimizer.learningRate
                try optimizer.step(rate: rate * settings.training.schedule.share(at: step))
                progress(number * last + step + 1, Self.recipes.count * last)
            }
            series.append(Series(name: name, points: points, style: .line))
        }
        scores.tables = [
            Table(
                title: "Matching after so many steps",
                columns: [.init("loss"), .init("steps")] + FlowScores.columns, rows: rows,
                notes: [
                    "\(pairs.count) pairs of unseen people, the first picture in the style "
                        + "reference's place; shares of places that both pictures show, within a share "
                        + "of the face's width. paper: denoising at 1e-5 from a ControlNet's start; the "
                        + "others at 5e-4 with a condition that starts beside zero."
                ])
        ]
        scores.plots = [
            (
                "steps",
                LinePlot(
                    title: "Matching while it is learned", x: Axis("steps"),
                    y: Axis("PCK@0.1, %"), series: series)
            )
        ]
        scores.pictures = [
            (
                "warped", "The second picture drawn in the first one's place.",
                try sheet(pairs, columns)
            )
        ]
        return scores
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
