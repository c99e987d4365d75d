import Checkpoints
import Torch

/// True correspondence of some pairs of pictures.
///
/// As a file: `pairs` `[N, 2]` int32, target and profile, as numbers of pictures; `flow`
/// `[N, 2, G, G]` float16, right and down in cells; `visible` `[N, G, G]` bytes, 1 where both
/// pictures show a place.
public struct ViewFlows: Sendable {
    /// Cells a side: G.
    public let cells: Int
    /// The pairs.
    public let pairs: [(target: Int, profile: Int)]
    private let flow: [UInt16]
    private let visible: [UInt8]

    /// Opens a file.
    ///
    /// - Throws: `CheckpointError`; ``ICPortraitError`` for a file of another kind.
    public init(_ path: String) throws {
        let tensors = try openCheckpoint(path).tensors()
        guard let pairs = tensors["pairs"], let flow = tensors["flow"],
            let visible = tensors["visible"], pairs.rank == 2, flow.rank == 4,
            flow.dtype == .float16, flow.shape[0] == pairs.shape[0], pairs.shape[1] == 2,
            flow.shape[1] == 2,
            visible.shape == [flow.shape[0], flow.shape[3], flow.shape[3]]
        else {
            throw ICPortraitError(
                "\(path): expected pairs of pictures with their flow, found another file.")
        }
        cells = flow.shape[3]
        let numbers: [Int64] = try pairs.to(.int64).toArray()
        self.pairs = stride(from: 0, to: numbers.count, by: 2).map {
            (Int(numbers[$0]), Int(numbers[$0 + 1]))
        }
        self.flow = try flow.view(as: .uint16).toArray()
        self.visible = try visible.to(.uint8).toArray()
    }

    /// One pair's.
    ///
    /// - Parameter number: of the pair.
    /// - Returns: cells a side, then for each cell, row by row, how far right and down its place lies
    ///   in the profile, in cells, and 1 where both pictures show it.
    public func flow(_ number: Int) -> (cells: Int, flow: [SIMD2<Float>], visible: [UInt8]) {
        let area = cells * cells
        let own = flow[number * 2 * area..<(number + 1) * 2 * area].map {
            Float(Float16(bitPattern: $0))
        }
        return (
            cells, (0..<area).map { SIMD2(own[$0], own[area + $0]) },
            Array(visible[number * area..<(number + 1) * area])
        )
    }

    /// The truth of some pairs.
    func truth(_ numbers: [Int]) -> PairBatch.Truth {
        let area = cells * cells
        return PairBatch.Truth(
            cells: cells,
            flow: numbers.flatMap { flow[$0 * 2 * area..<($0 + 1) * 2 * area] },
            visible: numbers.flatMap { visible[$0 * area..<($0 + 1) * area] })
    }
}
