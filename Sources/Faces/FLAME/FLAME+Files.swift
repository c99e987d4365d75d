import Checkpoints
import Torch

extension FLAME {
    /// The key in a file's metadata for ``shapeCount``, a whole number.
    static let shapeCountKey = "shape_count"

    /// Reads a head from a safetensors file, as ``save(to:metadata:)`` and `likeness model convert-flame`
    /// write it.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - shapeCount: how many components are identity, for a file that does not say. SMIRK's 350
    ///     components are 300 and 50 without being told.
    ///   - dtype: of the floating-point tensors.
    ///   - device: where they go.
    /// - Returns: the head.
    /// - Throws: `CheckpointError` if the file cannot be read; `ParameterError` naming everything
    ///   missing, unused and mis-shaped at once; ``FaceError``.
    public static func load(
        _ path: String, shapeCount: Int? = nil, dtype: DType = .float32, device: Device = .cpu
    ) throws -> FLAME {
        let checkpoint = try Checkpoint(path)
        let components = checkpoint.shape(of: "shapedirs")?.last ?? 0
        let noted = checkpoint.reader.metadata[shapeCountKey]
        if let noted, Int(noted) == nil {
            throw FaceError.argument(
                "\(path): \(shapeCountKey) in the metadata", expected: "a whole number",
                found: quoted(noted))
        }
        let usual = components == 350 ? 300 : nil
        // Without shapedirs the count does not matter: the report says that they are missing.
        let known = shapeCount ?? noted.flatMap { Int($0) } ?? usual
        guard let count = known ?? (components == 0 ? 0 : nil) else {
            throw FaceError.unknownShapeCount(file: path, components: components)
        }
        return try FLAME(checkpoint, shapeCount: count, dtype: dtype, device: device)
    }

    /// Every tensor by its key.
    public func tensors() throws -> [String: Tensor] {
        var tensors = [
            "v_template": vTemplate, "shapedirs": try shapedirs, "posedirs": posedirs,
            "J_regressor": jRegressor, "parents": try Tensor(parents), "lbs_weights": lbsWeights,
            "faces_tensor": facesTensor,
        ]
        tensors["l_eyelid"] = lEyelid
        tensors["r_eyelid"] = rEyelid
        tensors["face_vertex_ids"] = faceVertexIds
        return tensors
    }

    /// Writes the head to a safetensors file, atomically; ``load(_:shapeCount:dtype:device:)``
    /// reads it.
    ///
    /// - Parameters:
    ///   - path: the file to create or replace.
    ///   - metadata: more for the header, such as where the head comes from.
    /// - Throws: `CheckpointError`; an existing file is then as it was.
    public func save(to path: String, metadata: [String: String] = [:]) throws {
        var all = metadata
        all["format"] = "pt"
        all[FLAME.shapeCountKey] = "\(shapeCount)"
        try SafetensorsWriter.write(tensors(), metadata: all, to: path)
    }
}
