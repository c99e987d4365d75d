import Checkpoints
import Torch
import Training
import World

/// True correspondence between pictures of a set, for IC-Portrait's matching net.
///
/// Every cell of the latents' grid is one ray through its middle: heads are posed again, but nothing
/// is lit. Every other pair is of two people, whose heads correspond point by point: when portraits
/// are made, the style reference shows a stranger.
enum PortraitFlows {
    /// Finds flows and writes them as `ViewFlows` reads them.
    ///
    /// - Parameters:
    ///   - data: whose pictures.
    ///   - pairs: of each person.
    ///   - cells: a side.
    ///   - seed: of which view goes with which.
    ///   - path: the file to make.
    ///   - progress: called with people done and in all.
    ///   - shouldStop: asked after every person; when it says yes, nothing is written.
    /// - Throws: `RenderError`, `TorchError`, `CheckpointError`; `CancellationError`.
    static func make(
        _ data: PortraitData, pairs: Int, cells: Int, seed: UInt64, to path: String,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        let studio = try Studio()
        let views = data.views
        let seeds = StepSeed(seed)
        var (chosen, flows): ([Int32], [Float]) = ([], [])
        var seen: [UInt8] = []
        var before: (picture: Int, render: Portrait)?
        for person in 0..<data.people {
            if shouldStop() { throw CancellationError() }
            let first = person * views
            let sitter = try studio.sitter(data.person(first), detail: .coarse)
            var random = StepRandom(seed: seeds("flows", person))
            var renders: [Int: Portrait] = [:]
            func render(_ view: Int) throws -> Portrait {
                if let known = renders[view] { return known }
                let made = try studio.portrait(
                    of: sitter, data.look(first + view), size: cells, quality: .geometry)
                renders[view] = made
                return made
            }
            var last: (picture: Int, render: Portrait)?
            for number in 0..<pairs {
                let target = (number + person) % views
                let found = try render(target)
                let profile: (picture: Int, render: Portrait)
                if number % 2 == 1, let before {
                    profile = before
                } else {
                    let view = (target + 1 + random.below(max(views - 1, 1))) % views
                    profile = (first + view, try render(view))
                }
                let match = try studio.correspondence(from: found, to: profile.render)
                chosen += [Int32(first + target), Int32(profile.picture)]
                flows += match.flow.map(\.x) + match.flow.map(\.y)
                seen += match.flow.indices.map { match.isVisible($0) ? 1 : 0 }
                last = (first + target, found)
            }
            before = last
            progress(person + 1, data.people)
        }
        let count = chosen.count / 2
        try SafetensorsWriter.write(
            [
                "pairs": Tensor(chosen, shape: [count, 2]),
                "flow": Tensor(flows, shape: [count, 2, cells, cells]).to(.float16),
                "visible": Tensor(seen, shape: [count, cells, cells]),
            ], to: path)
    }
}
