import Diffusion
import Torch

/// Captions in groups of like length: short ones are not filled up to the longest of a batch.
public struct CaptionGroups: Sendable {
    /// Token ids of each group, `[rows, length of its longest]`.
    package let groups: [(ids: [Int64], rows: Int)]
    /// Where each caption went, counted through all groups.
    package let places: [Int64]

    /// - Parameters:
    ///   - ids: `[rows, length]`, filled up with end tokens.
    ///   - rows: captions.
    ///   - size: captions of a group.
    package init(_ ids: [Int64], rows: Int, size: Int = 64) {
        let length = ids.count / max(rows, 1)
        let needs = (0..<rows).map { neededLength(ids[$0 * length..<($0 + 1) * length]) }
        let order = (0..<rows).sorted { (needs[$0], $0) < (needs[$1], $1) }
        groups = stride(from: 0, to: rows, by: size).map { start in
            let part = order[start..<min(start + size, rows)]
            let kept = part.map { needs[$0] }.max() ?? length
            return (part.flatMap { ids[$0 * length..<$0 * length + kept] }, part.count)
        }
        var places = [Int64](repeating: 0, count: rows)
        for (place, row) in order.enumerated() { places[row] = Int64(place) }
        self.places = places
    }

    /// Embeddings `[rows, D]`, in the captions' own order.
    func encoded(by text: CLIPText, on device: Device) throws -> Tensor {
        let parts = try groups.map { group in
            let ids = try Tensor(group.ids, shape: [group.rows, group.ids.count / group.rows])
            return try text(ids.to(device)).textEmbeds.orThrow()
        }
        return try Tensor.cat(parts).indexSelected(0, Tensor(places, device: device))
    }
}

/// Tokens of a row up to its first end token, which fills the rest: what comes after changes nothing
/// before it, because every token sees only those to its left.
private func neededLength(_ row: ArraySlice<Int64>) -> Int {
    guard let end = row.last, let first = row.firstIndex(of: end) else { return row.count }
    return first - row.startIndex + 1
}
