import Faces
import Images
import Torch

/// A part of a picture's latents: what is decoded of it takes as much less work as it is smaller.
///
/// Decoded alone, a part is nearly what it is in the whole picture: normalisation and attention see only
/// it. Near enough for a gradient; not for a picture.
struct LatentWindow {
    /// Columns of cells, one or more.
    let columns: Range<Int>
    /// Rows of cells, one or more.
    let rows: Range<Int>

    /// All cells that the square which is cut out for recognition touches, and a twentieth of its side
    /// more on each.
    ///
    /// - Parameters:
    ///   - points: the face's, pixels of the whole picture.
    ///   - alignment: which square of it is cut out.
    ///   - latents: how many rows and columns there are.
    ///   - factor: pixels a cell.
    /// - Throws: `FaceError` for points that tell no place; `ImageError`.
    init(
        around points: [Point], _ alignment: FaceAlignment, of latents: (rows: Int, columns: Int),
        factor: Int
    ) throws {
        let back = try alignment.transform(from: points, jitter: .none).inverted()
        let (low, high) = (-0.05 * Double(alignment.size), 1.05 * Double(alignment.size) - 1)
        let corners = [(low, low), (high, low), (low, high), (high, high)].map {
            back(Point($0.0, $0.1))
        }
        /// A square beside the picture leaves the cell that is nearest to it.
        func cells(_ places: [Double], _ count: Int) -> Range<Int> {
            func cell(_ pixel: Double) -> Int {
                Int(min(max((pixel / Double(factor)).rounded(.down), 0), Double(count - 1)))
            }
            let (first, last) = (places.min() ?? 0, places.max() ?? 0)
            return cell(first)..<cell(last) + 1
        }
        columns = cells(corners.map(\.x), latents.columns)
        rows = cells(corners.map(\.y), latents.rows)
    }

    /// `[B, C, H, W]` to the part's `[B, C, rows, columns]`.
    func cut(_ latents: Tensor) throws -> Tensor {
        try latents.sliced(2, from: rows.lowerBound, to: rows.upperBound)
            .sliced(3, from: columns.lowerBound, to: columns.upperBound)
    }
}
