import Layers
import Torch

/// A source whose tensors are pieces of another's: renamed, cut, turned. Nothing is read before it
/// is asked for.
struct DerivedSource: ParameterSource {
    /// What of a tensor.
    enum Piece: Equatable, Sendable {
        case whole
        /// Without trailing dimensions of 1: a linear layer that was stored as a 1x1 convolution.
        case flat
        /// One of so many equal parts of the rows.
        case rows(Int, of: Int)
        /// Rows for columns.
        case transposed
    }

    private let base: any ParameterSource
    private let pieces: [String: (name: String, piece: Piece)]

    /// - Parameters:
    ///   - base: the file.
    ///   - parts: our tensors that one of the file's holds.
    init(
        _ base: any ParameterSource, parts: (String) -> [(name: String, piece: Piece)]
    ) {
        self.base = base
        var pieces: [String: (name: String, piece: Piece)] = [:]
        for theirs in base.names.sorted() {
            for (ours, piece) in parts(theirs) { pieces[ours] = (theirs, piece) }
        }
        self.pieces = pieces
    }

    var names: [String] { Array(pieces.keys) }

    func shape(of name: String) -> [Int]? {
        guard let (theirs, piece) = pieces[name], let shape = base.shape(of: theirs) else {
            return nil
        }
        switch piece {
        case .whole: return shape
        case .flat:
            return shape.count == 4 && shape.suffix(2) == [1, 1] ? Array(shape.prefix(2)) : shape
        case .rows(_, let count):
            guard let rows = shape.first, rows % count == 0 else { return shape }
            return [rows / count] + shape.dropFirst()
        case .transposed: return shape.count == 2 ? shape.reversed() : shape
        }
    }

    func tensor(named name: String, dtype: DType?, device: Device) throws -> Tensor {
        guard let (theirs, piece) = pieces[name], let shape = shape(of: name) else {
            throw DiffusionError("expected a tensor named \(name), found none.")
        }
        let whole = try base.tensor(named: theirs, dtype: dtype, device: device)
        switch piece {
        case .whole: return whole
        case .flat: return try whole.reshaped(shape)
        case .rows(let index, let count):
            guard shape != whole.shape else { return whole }
            let rows = whole.shape[0] / count
            return try whole[index * rows..<(index + 1) * rows].contiguous()
        case .transposed:
            return try whole.rank == 2 ? whole.transposed(0, 1).contiguous() : whole
        }
    }
}
