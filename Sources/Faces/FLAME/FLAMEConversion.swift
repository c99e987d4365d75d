import Checkpoints
import Torch

/// Makes a ``FLAME`` of the files that a licensee gets from its authors.
///
/// FLAME 2020's `generic_model.pkl` is a pickle by Python 2 with chumpy and SciPy objects; it is
/// read by an allowlist that can rebuild arrays and nothing else. The result has SMIRK's buffers:
/// the first 300 and the first 50 of the model's 300 shape and 100 expression components.
public enum FLAMEConversion {
    /// Components of identity, in the file and in the result.
    public static let shapeCount = 300
    /// Components of expression in the result.
    public static let expressionCount = 50

    /// Reads a model.
    ///
    /// - Parameters:
    ///   - path: `generic_model.pkl`, or the female or male one.
    ///   - leftEyelid: a .npy of `[V, 3]`: what closing the left lid adds, as SMIRK has it.
    ///   - rightEyelid: the same on the right; both or neither.
    ///   - faceRegion: vertices of the face: a .npy of numbers, or FLAME's masks as a pickle, of
    ///     which `face` is taken.
    /// - Returns: the head, checked.
    /// - Throws: `CheckpointError` for files that cannot be read or name other Python objects;
    ///   ``FaceError`` for arrays that are missing; `ParameterError` for those of other shapes.
    public static func head(
        from path: String, leftEyelid: String? = nil, rightEyelid: String? = nil,
        faceRegion: String? = nil
    ) throws -> FLAME {
        var tensors = try model(path)
        tensors["l_eyelid"] = try leftEyelid.map(eyelid)
        tensors["r_eyelid"] = try rightEyelid.map(eyelid)
        tensors["face_vertex_ids"] = try faceRegion.map(region)
        return try FLAME(tensors, shapeCount: shapeCount)
    }

    /// The model's own tensors under SMIRK's names.
    private static func model(_ path: String) throws -> [String: Tensor] {
        let arrays = try ArrayPickle(path).arrays
        let ranks = [
            "v_template": 2, "shapedirs": 3, "posedirs": 3, "J_regressor": 2, "kintree_table": 2,
            "weights": 2, "f": 2,
        ]
        let missing = ranks.keys.filter { arrays[$0] == nil }.sorted()
        guard missing.isEmpty else {
            throw FaceError.source(
                file: path, array: missing.joined(separator: ", "), expected: "to be there",
                found: "only \(arrays.keys.sorted().joined(separator: ", "))")
        }
        var found: [String: Tensor] = [:]
        for (name, rank) in ranks.sorted(by: { $0.key < $1.key }) {
            guard let array = arrays[name], array.shape.count == rank else {
                throw FaceError.source(
                    file: path, array: name, expected: "\(rank) dimensions",
                    found: "\(arrays[name]?.shape ?? [])")
            }
            found[name] = try array.tensor()
        }
        func array(_ name: String) throws -> Tensor {
            guard let tensor = found[name] else {
                throw FaceError.source(file: path, array: name, expected: "one", found: "none")
            }
            return tensor
        }
        let shapedirs = try array("shapedirs")
        let components = shapeCount + expressionCount
        guard shapedirs.shape[2] >= components else {
            throw FaceError.source(
                file: path, array: "shapedirs", expected: "at least \(components) components",
                found: "\(shapedirs.shape[2])")
        }
        let corrections = try array("posedirs")
        let parents = try array("kintree_table").to(.int64)[0].cloned()
        // The first joint's parent is 2^32 - 1 there, and -1 here.
        try parents[0..<1].fill(-1)
        return [
            "v_template": try array("v_template"),
            "shapedirs": try shapedirs[.all, .all, 0..<components],
            "posedirs": try corrections.reshaped([-1, corrections.shape[2]]).transposed(0, 1),
            "J_regressor": try array("J_regressor"), "parents": parents,
            "lbs_weights": try array("weights"), "faces_tensor": try array("f").to(.int64),
        ]
    }

    /// `[1, V, 3]`.
    private static func eyelid(_ path: String) throws -> Tensor {
        let tensor = try NPYFile.read(path).tensor()
        return tensor.rank == 2 ? try tensor.unsqueezed(0) : tensor
    }

    /// `[K]`, ascending, each vertex once.
    private static func region(_ path: String) throws -> Tensor {
        let array: NumPyArray
        switch try FileFormat(of: path) {
        case .pickle:
            guard let face = try ArrayPickle(path).arrays["face"] else {
                throw FaceError.source(
                    file: path, array: "face", expected: "to be there", found: "none")
            }
            array = face
        default: array = try NPYFile.read(path)
        }
        guard !array.dtype.isFloatingPoint, array.shape.count == 1 else {
            throw FaceError.source(
                file: path, array: "the face region", expected: "a list of vertices",
                found: "\(array.dtype) \(array.shape)")
        }
        return try Tensor(Set(array.tensor().toArray(Int.self)).sorted())
    }
}
