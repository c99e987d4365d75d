import Torch

/// The anchors of a picture: squares around the cells of three feature maps, from which boxes and
/// points are measured. Liu et al. 2016 ("SSD").
///
/// Everything is in parts of the picture: x in widths, y in heights. Boxes are left, top, right,
/// bottom; points x and y in turn.
public struct PriorBoxes {
    /// Centre, width and height of each anchor, `[P, 4]` float32.
    public let tensor: Tensor
    /// Columns of the picture.
    public let width: Int
    /// Rows of the picture.
    public let height: Int

    /// Pixels between the cells of each map.
    static let steps = [8, 16, 32]
    /// Factors on what the network says: shifts, and logarithms of sizes.
    static let variances = (shift: 0.1, size: 0.2)

    /// The number of anchors.
    public var count: Int { tensor.shape[0] }

    /// Anchors of a picture.
    ///
    /// - Parameters:
    ///   - width: its columns.
    ///   - height: its rows.
    ///   - minSizes: sides of the squares of each map, pixels.
    ///   - device: where they go.
    /// - Throws: ``FaceError/argument(_:expected:found:)`` for a picture without pixels.
    public init(width: Int, height: Int, minSizes: [[Int]], device: Device = .cpu) throws {
        guard width > 0, height > 0, minSizes.count == Self.steps.count else {
            throw FaceError.argument(
                "priors", expected: "a picture and sizes for \(Self.steps.count) maps",
                found: "\(width) x \(height) and \(minSizes.count)")
        }
        var numbers: [Float] = []
        let (across, down) = (Double(width), Double(height))
        for (step, sizes) in zip(Self.steps, minSizes) {
            for row in 0..<(height + step - 1) / step {
                for column in 0..<(width + step - 1) / step {
                    let x = (Double(column) + 0.5) * Double(step) / across
                    let y = (Double(row) + 0.5) * Double(step) / down
                    for size in sizes {
                        numbers += [
                            Float(x), Float(y), Float(Double(size) / across),
                            Float(Double(size) / down),
                        ]
                    }
                }
            }
        }
        tensor = try Tensor(numbers, shape: [numbers.count / 4, 4], device: device)
        (self.width, self.height) = (width, height)
    }

    /// Other anchors `[N, 4]` of the same picture.
    init(_ picture: PriorBoxes, _ tensor: Tensor) {
        self.tensor = tensor
        (width, height) = (picture.width, picture.height)
    }

    private func centres() throws -> Tensor { try tensor[.all, 0..<2] }
    private func sizes() throws -> Tensor { try tensor[.all, 2..<4] }

    /// What the network should say for boxes.
    ///
    /// - Parameter boxes: one for each anchor, `[..., P, 4]`.
    /// - Returns: `[..., P, 4]`: the shift of the centre in tenths of the anchor, and five times the
    ///   logarithm of the growth.
    /// - Throws: `TorchError` for another shape.
    public func encode(boxes: Tensor) throws -> Tensor {
        let (low, high) = try (boxes.sliced(-1, from: 0, to: 2), boxes.sliced(-1, from: 2, to: 4))
        let shift = try ((low + high) / 2 - centres()) / (sizes() * Self.variances.shift)
        let growth = try ((high - low) / sizes()).log() / Self.variances.size
        return try .cat([shift, growth], along: -1)
    }

    /// The boxes that the network means.
    ///
    /// - Parameter boxes: ``RetinaFace/Output/boxes``, `[..., P, 4]`.
    /// - Returns: left, top, right, bottom in parts of the picture, `[..., P, 4]`.
    /// - Throws: `TorchError` for another shape.
    public func decode(boxes: Tensor) throws -> Tensor {
        let (shift, growth) = try (
            boxes.sliced(-1, from: 0, to: 2), boxes.sliced(-1, from: 2, to: 4)
        )
        let centre = try centres() + shift * Self.variances.shift * sizes()
        let size = try sizes() * (growth * Self.variances.size).exp()
        let low = try centre - size / 2
        return try .cat([low, size + low], along: -1)
    }

    /// What the network should say for points: shifts from the centre in tenths of the anchor.
    ///
    /// - Parameter points: five for each anchor, `[..., P, 10]`.
    /// - Returns: `[..., P, 10]`.
    /// - Throws: `TorchError` for another shape.
    public func encode(points: Tensor) throws -> Tensor {
        let pairs = try points.reshaped(Array(points.shape.dropLast()) + [5, 2])
        let shift = try pairs - centres().unsqueezed(1)
        return try (shift / (sizes().unsqueezed(1) * Self.variances.shift)).flattened(from: -2)
    }

    /// The points that the network means.
    ///
    /// - Parameter points: ``RetinaFace/Output/landmarks``, `[..., P, 10]`.
    /// - Returns: x and y in turn, in parts of the picture, `[..., P, 10]`.
    /// - Throws: `TorchError` for another shape.
    public func decode(points: Tensor) throws -> Tensor {
        let pairs = try points.reshaped(Array(points.shape.dropLast()) + [5, 2])
        let shift = try pairs * Self.variances.shift * sizes().unsqueezed(1)
        return try (shift + centres().unsqueezed(1)).flattened(from: -2)
    }
}
