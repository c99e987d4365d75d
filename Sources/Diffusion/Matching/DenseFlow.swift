import Layers
import Torch

/// For each cell of a target where its match lies in a source, relative to the cell: a backward
/// flow, ready to warp the source onto the target.
///
/// ```swift
/// let flow = try DenseFlow(target: descriptors[0], source: descriptors[1])
/// let onTarget = try flow.resized(to: [64, 64]).warp(sourceFeatures)
/// ```
public struct DenseFlow {
    /// `[B, 2, H, W]`: right and down, in cells of the target's grid.
    public let cells: Tensor

    /// A given flow.
    ///
    /// - Parameter cells: `[B, 2, H, W]`.
    public init(cells: Tensor) { self.cells = cells }

    /// The flow to the most similar descriptors, an integer number of cells. IC-Portrait,
    /// equations 5 and 6.
    ///
    /// - Parameters:
    ///   - target: `[B, C, H, W]`.
    ///   - source: `[B, C, H, W]`, of the same size.
    /// - Throws: `TorchError` for shapes that do not fit.
    public init(target: Tensor, source: Tensor) throws {
        try self.init(costVolume: Self.costVolume(target: target, source: source))
    }

    /// The flow to the largest similarity; of equal ones the first, row by row.
    ///
    /// - Parameter costVolume: `[B, H W, H, W]`, see ``costVolume(target:source:)``.
    /// - Throws: `TorchError`.
    public init(costVolume: Tensor) throws {
        let found = try Self.best(costVolume)
        cells = try found - Self.places(found.shape[2], found.shape[3], device: found.device)
    }

    /// Across and down of the source's most similar cell, `[B, 2, H, W]`.
    private static func best(_ costVolume: Tensor) throws -> Tensor {
        let width = Double(costVolume.shape[3])
        let best = try costVolume.argmax(along: 1).to(.float32)  // [B, H, W]
        let down = try (best / width).floor()
        return try Tensor.stack([best - down * width, down], along: 1)
    }

    /// The flow to the middle of the most similar descriptors: of the best cell and its eight
    /// neighbours, weighed by the softmax of their similarities. Between cells where those agree,
    /// which whole cells cannot say.
    ///
    /// - Parameters:
    ///   - costVolume: `[B, H W, H, W]`, see ``costVolume(target:source:)``.
    ///   - temperature: what similarities are divided by; small ones leave the best cell alone.
    /// - Throws: `TorchError`.
    public init(costVolume: Tensor, temperature: Double) throws {
        let (height, width) = (costVolume.shape[2], costVolume.shape[3])
        let best = try Self.best(costVolume)
        var (scores, shifts): ([Tensor], [SIMD2<Double>]) = ([], [])
        for down in -1...1 {
            for across in -1...1 {
                let x = try best[.all, 0] + Double(across)
                let y = try best[.all, 1] + Double(down)
                let near = try x.clamped(min: 0, max: Double(width - 1))
                let low = try y.clamped(min: 0, max: Double(height - 1))
                let index = try (low * Double(width) + near).to(.int64).unsqueezed(1)
                // Beyond the border there is nothing to be like.
                let beyond = try ((near - x).abs() + (low - y).abs()).unsqueezed(1) * 1e4
                scores.append(try costVolume.gathered(1, index) / temperature - beyond)
                shifts.append(SIMD2(Double(across), Double(down)))
            }
        }
        let weights = try Tensor.cat(scores, along: 1).softmax(along: 1)  // [B, 9, H, W]
        func middle(_ component: (SIMD2<Double>) -> Double) throws -> Tensor {
            let numbers = try Tensor(shifts.map { Float(component($0)) }, shape: [1, 9, 1, 1])
            return try (weights * numbers.to(weights.device)).sum([1])
        }
        let shift = try Tensor.stack([middle(\.x), middle(\.y)], along: 1)
        cells = try best + shift - Self.places(height, width, device: best.device)
    }

    /// Cosines of all pairs of cells. IC-Portrait, equation 5.
    ///
    /// - Parameters:
    ///   - target: `[B, C, H, W]`.
    ///   - source: `[B, C, h, w]`.
    /// - Returns: `[B, h w, H, W]`: of each cell of the target with all of the source, row by row.
    /// - Throws: `TorchError` for shapes that do not fit.
    public static func costVolume(target: Tensor, source: Tensor) throws -> Tensor {
        let shape = target.shape
        let rows = try unit(source).flattened(from: 2).transposed(1, 2)  // [B, h w, C]
        let columns = try unit(target).flattened(from: 2)  // [B, C, H W]
        return try rows.matmul(columns).reshaped([shape[0], -1, shape[2], shape[3]])
    }

    /// Descriptors of length 1, in float32.
    private static func unit(_ x: Tensor) throws -> Tensor {
        let x = try x.to(.float32)
        return try x / x.norm([1], keepDims: true).clamped(min: 1e-12)
    }

    /// Each cell's own place, `[1, 2, H, W]`: right and down.
    private static func places(_ height: Int, _ width: Int, device: Device) throws -> Tensor {
        let across = try Tensor.arange(0..<width, device: device).to(.float32)
            .unsqueezed(0).expanded([height, width])
        let down = try Tensor.arange(0..<height, device: device).to(.float32)
            .unsqueezed(1).expanded([height, width])
        return try Tensor.stack([across, down]).unsqueezed(0)
    }

    /// The cell of the source nearest to each match, `[B, H, W]` each, counted from 0; beyond the
    /// grid where the match is.
    public var matches: (across: Tensor, down: Tensor) {
        get throws {
            let shape = cells.shape
            let found = try (cells + Self.places(shape[2], shape[3], device: cells.device)).round()
            return (try found[.all, 0], try found[.all, 1])
        }
    }

    /// The same flow on another grid over the same picture, in that grid's cells.
    ///
    /// - Parameter size: `[H, W]`.
    /// - Returns: the flow, bilinear between cells.
    /// - Throws: `TorchError` for sizes below 1.
    public func resized(to size: [Int]) throws -> DenseFlow {
        let shape = cells.shape
        guard shape[2] != size[0] || shape[3] != size[1] else { return self }
        let fine = try interpolate(cells, size: size, mode: .bilinear)
        let ratios = [
            Float(size[1]) / Float(shape[3]), Float(size[0]) / Float(shape[2]),
        ]
        return DenseFlow(
            cells: try fine * Tensor(ratios, shape: [1, 2, 1, 1], device: cells.device))
    }

    /// Source features where the target is, bilinear between cells, the border's beyond it.
    ///
    /// - Parameter source: `[B, C, H, W]` on the flow's grid; one flow serves a whole batch.
    /// - Returns: the same shape.
    /// - Throws: `TorchError` for another grid.
    public func warp(_ source: Tensor) throws -> Tensor {
        let (height, width) = (source.shape[2], source.shape[3])
        let places = try cells + Self.places(height, width, device: cells.device)
        let last = [Float(max(width - 1, 1)), Float(max(height - 1, 1))]
        let ends = try Tensor(last, shape: [1, 2, 1, 1], device: cells.device)
        let grid = try (places * 2 / ends - 1).permuted([0, 2, 3, 1])
            .expanded([source.shape[0], height, width, 2])
        return try gridSample(source, grid, padding: .border, alignCorners: true)
    }

    /// How far a cell comes back from where it started when it follows this flow and then the
    /// source's own flow to the target: small where the match is mutual.
    ///
    /// - Parameter back: the flow from the source, on the same grid.
    /// - Returns: `[B, 1, H, W]`, cells.
    /// - Throws: `TorchError` for another grid.
    public func cycleDistance(_ back: DenseFlow) throws -> Tensor {
        try (cells + warp(back.cells)).norm([1], keepDims: true)
    }

    /// Each component's median over squares of cells: single wrong matches go, edges stay.
    ///
    /// - Parameter side: of the squares, odd; 1 leaves the flow as it is.
    /// - Returns: the flow on the same grid.
    /// - Throws: `TorchError`.
    public func median(side: Int) throws -> DenseFlow {
        guard side > 1 else { return self }
        let (height, width, reach) = (cells.shape[2], cells.shape[3], side / 2)
        let wide = try pad(cells, [reach, reach, reach, reach], mode: .border)
        let shifted = try (0..<side * side).map { place -> Tensor in
            let (x, y) = (place % side, place / side)
            return try wide[.all, .all, y..<y + height, x..<x + width]
        }
        return DenseFlow(
            cells: try Tensor.stack(shifted).sorted(along: 0).values[side * side / 2])
    }
}
