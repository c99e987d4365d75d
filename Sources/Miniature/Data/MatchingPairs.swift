import Checkpoints
import Torch
import World

/// Two pictures of each of some people, or of one and the next, and where each place of the first is
/// found in the second.
///
/// `pictures` `[N, 2, 3, S, S]` bytes; `flow` `[N, 2, G, G]` (x, y, pixels) and `visible`
/// `[N, G, G]` at the pixels nearest to the centres of G x G cells; `widths` `[N]` of the first
/// picture's face, pixels; `turns` `[N]`, degrees between both views.
public struct MatchingPairs {
    /// Bytes, `[N, 2, 3, S, S]`.
    public let pictures: Tensor
    /// `[N, 2, G, G]`, pixels.
    public let flow: Tensor
    /// 1 where the second picture shows the place, `[N, G, G]`.
    public let visible: Tensor
    /// Of the first picture's face, pixels.
    public let widths: [Double]
    /// Degrees between both views.
    public let turns: [Double]

    /// Pairs.
    public var count: Int { widths.count }
    /// Cells a side.
    public var cells: Int { flow.shape[3] }

    /// Renders pairs of a set's people, one a person.
    ///
    /// - Parameters:
    ///   - data: whose people.
    ///   - count: pairs, at most the people there are.
    ///   - cells: a side.
    ///   - ofTwo: whether the second picture shows the next person, whose head corresponds point by
    ///     point: when portraits are made, the style reference shows a stranger.
    ///   - path: the file to make.
    ///   - progress: called with pairs done and in all.
    ///   - shouldStop: asked after every pair; when it says yes, nothing is written.
    /// - Throws: `RenderError`, `TorchError`, `CheckpointError`; `CancellationError`.
    static func make(
        _ data: PortraitData, count: Int, cells: Int, ofTwo: Bool = false, to path: String,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        let (views, side) = (data.views, data.side)
        let studio = try Studio()
        let step = side / cells
        var (pictures, flows, seen): ([Tensor], [Float], [Float]) = ([], [], [])
        var (widths, turns): ([Float], [Float]) = ([], [])
        let total = min(count, data.people)
        for number in 0..<total {
            if shouldStop() { throw CancellationError() }
            let first = number % views
            let second = (first + 1 + number / views % max(views - 1, 1)) % views
            let other = ofTwo ? (number + 1) % data.people : number
            let pair = try [(number, first), (other, second)].map { person, view in
                let picture = person * views + view
                let sitter = try studio.sitter(data.person(picture), detail: .init(size: side))
                return try studio.portrait(of: sitter, data.look(picture), size: side)
            }
            let match = try studio.correspondence(from: pair[0], to: pair[1])
            let places = (0..<cells).flatMap { row in
                (0..<cells).map { (row * step + step / 2) * side + $0 * step + step / 2 }
            }
            flows += places.map { match.flow[$0].x } + places.map { match.flow[$0].y }
            seen += places.map { match.isVisible($0) ? 1 : 0 }
            pictures += try pair.map { try $0.view.colour.bytesTensor() }
            let box = pair[0].truth().faceBox
            widths.append(box[2] - box[0])
            turns.append(abs(pair[0].look.facingYawDegrees - pair[1].look.facingYawDegrees))
            progress(number + 1, total)
        }
        try SafetensorsWriter.write(
            [
                "pictures": .stack(pictures).reshaped([total, 2, 3, side, side]),
                "flow": Tensor(flows, shape: [total, 2, cells, cells]),
                "visible": Tensor(seen, shape: [total, cells, cells]),
                "widths": Tensor(widths), "turns": Tensor(turns),
            ], to: path)
    }

    /// Opens what `make` made.
    ///
    /// - Throws: `CheckpointError`; ``MiniatureError`` for another file.
    init(_ path: String) throws {
        let tensors = try openCheckpoint(path).tensors()
        guard let pictures = tensors["pictures"], let flow = tensors["flow"],
            let visible = tensors["visible"], let widths = tensors["widths"],
            let turns = tensors["turns"], pictures.rank == 5, flow.rank == 4
        else {
            throw MiniatureError(
                "\(path): expected pairs to match, found another file; remove it and it is made "
                    + "again.")
        }
        (self.pictures, self.flow, self.visible) = (pictures, flow, visible)
        self.widths = try widths.to(.float64).toArray()
        self.turns = try turns.to(.float64).toArray()
    }
}
