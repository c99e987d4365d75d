import Torch

extension PlainRender {
    /// Orthographic projection, as in DECA and SMIRK.
    ///
    /// Image coordinates go from -1 to 1 over the crop, x to the right and y **down**; z grows away
    /// from the viewer. Differentiable.
    ///
    /// - Parameters:
    ///   - vertices: `[B, V, 3]`, y up and z towards the viewer.
    ///   - camera: `[B, 3]`: scale s and shifts tx, ty, before scaling: x' = s (x + tx),
    ///     y' = -s (y + ty), z' = -s z.
    /// - Returns: `[B, V, 3]`.
    /// - Throws: ``FaceError`` for other shapes.
    public static func project(_ vertices: Tensor, camera: Tensor) throws -> Tensor {
        let shape = vertices.shape
        guard shape.count == 3, shape[2] == 3 else {
            throw FaceError.shape(of: "vertices", expected: "[B, V, 3]", found: shape)
        }
        guard camera.shape == [shape[0], 3] else {
            throw FaceError.shape(
                of: "camera", expected: "[\(shape[0]), 3]", found: camera.shape)
        }
        let depth = try camera[.all, 0..<1].zerosLike()
        let shift = try Tensor.cat([camera[.all, 1...], depth], along: 1).unsqueezed(1)
        let scale = try camera[.all, 0..<1].unsqueezed(1)  // [B, 1, 1]
        let axes = try Tensor([Float(1), -1, -1], device: vertices.device).to(vertices.dtype)
        return try scale * (vertices + shift) * axes
    }

    /// Takes projected vertices from a crop to the whole picture; z stays.
    ///
    /// In the whole picture the shorter side spans -1...1 and the longer one proportionally more,
    /// as PyTorch3D has it. Computed in double precision, for crops that are small in the picture.
    ///
    /// - Parameters:
    ///   - projected: `[B, V, 3]`, from ``project(_:camera:)``.
    ///   - crop: the crop's side, pixels.
    ///   - inverse: `[B, 2, 3]`: pixels of the crop to pixels of the picture, between centres.
    ///   - width: of the picture, pixels.
    ///   - height: of the picture, pixels.
    /// - Returns: `[B, V, 3]`.
    /// - Throws: ``FaceError`` for other shapes.
    public static func uncropped(
        _ projected: Tensor, crop: Int, inverse: Tensor, width: Int, height: Int
    ) throws -> Tensor {
        guard inverse.shape == [projected.shape[0], 2, 3] else {
            throw FaceError.shape(
                of: "inverse", expected: "[\(projected.shape[0]), 2, 3]", found: inverse.shape)
        }
        guard crop > 0, width > 0, height > 0 else {
            throw FaceError.argument(
                "crop and size", expected: "positive sides",
                found: "crop \(crop), \(width) x \(height)")
        }
        // NDC → crop pixels: the left edge of pixel 0, at -0.5, is -1.
        let inCrop = try ((projected[.all, .all, 0..<2].to(.float64) + 1) * Double(crop) - 1) * 0.5
        let map = try inverse.to(.float64)
        let turned = try inCrop.matmul(map[.all, .all, 0..<2].transposed(1, 2))
        let pixels = try turned + map[.all, .all, 2].unsqueezed(1)  // [B, V, 2]
        let sides = [Double(width), Double(height)]
        let shorter = Double(min(width, height))
        let scale = try Tensor(sides.map { _ in 2 / shorter }, device: projected.device)
        let offset = try Tensor(sides.map { (1 - $0) / shorter }, device: projected.device)
        let places = try (pixels * scale + offset).to(projected.dtype)
        return try Tensor.cat([places, projected[.all, .all, 2...]], along: 2)
    }
}
