import Torch

extension FLAME {
    /// What a head is to look like. Whatever is nil is zero: the template at rest.
    ///
    /// Each tensor's first dimension is the batch: B, the same for all, or 1 for a value that all
    /// heads share. Rotations are axis-angle vectors in radians.
    public struct Parameters {
        /// Identity, `[B, S]` or fewer columns; in standard deviations.
        public var shape: Tensor?
        /// `[B, E]` or fewer columns; in standard deviations.
        public var expression: Tensor?
        /// Rotation of everything about the global joint, `[B, 3]`.
        public var globalPose: Tensor?
        /// Rotation of the neck joint, `[B, 3]`.
        public var neck: Tensor?
        /// Rotation of the jaw, `[B, 3]`; x opens the mouth.
        public var jaw: Tensor?
        /// Rotations of the left and then the right eye, `[B, 6]`.
        public var eyes: Tensor?
        /// How far the left and the right lid are closed, `[B, 2]`, 0 to 1.
        public var eyelids: Tensor?

        /// Parameters, all optional.
        public init(
            shape: Tensor? = nil, expression: Tensor? = nil, globalPose: Tensor? = nil,
            neck: Tensor? = nil, jaw: Tensor? = nil, eyes: Tensor? = nil, eyelids: Tensor? = nil
        ) {
            (self.shape, self.expression, self.globalPose) = (shape, expression, globalPose)
            (self.neck, self.jaw, self.eyes, self.eyelids) = (neck, jaw, eyes, eyelids)
        }
    }

    /// Shapes and poses heads; differentiable in every parameter.
    ///
    /// Loper et al. 2015, "SMPL", eqs. 2 to 10, with the order of SMIRK's FLAME: components, joints
    /// from the shaped head, pose correctives, skinning, and eyelids last.
    ///
    /// - Parameter parameters: what the heads are to look like, for B heads.
    /// - Returns: vertices `[B, V, 3]` and the posed joints `[B, 5, 3]`, in metres.
    /// - Throws: ``FaceError`` for a tensor of the wrong shape, or eyelids that the head lacks;
    ///   `TorchError`.
    public func callAsFunction(_ parameters: Parameters) throws
        -> (vertices: Tensor, joints: Tensor)
    {
        let B = try batchSize(of: parameters)
        let shaped = try shaped(parameters, B)  // [B, V, 3]
        let rest = try jRegressor.matmul(shaped)  // [B, 5, 3]
        let rotations = try rotationMatrices(pose(parameters, B))  // [B, 5, 3, 3]
        let posed = try shaped + correctives(rotations)
        let chain = try JointChain(rotations: rotations, joints: rest, parents: parents)
        var vertices = try chain.skin(posed, weights: lbsWeights)
        if let eyelids = parameters.eyelids {
            guard let lEyelid, let rEyelid else { throw FaceError.noEyelids }
            let amounts = try eyelids.unsqueezed(-1)  // [B, 2, 1]
            vertices = try vertices + rEyelid * amounts[.all, 1..<2]
            vertices = try vertices + lEyelid * amounts[.all, 0..<1]
        }
        return (vertices, chain.positions)
    }

    /// The template and the components: `[B, V, 3]`.
    private func shaped(_ parameters: Parameters, _ B: Int) throws -> Tensor {
        var flat = try vTemplate.reshaped([1, -1])  // [1 or B, V * 3]
        for (values, first) in [(parameters.shape, 0), (parameters.expression, shapeCount)] {
            guard let values, values.shape[1] > 0 else { continue }
            let rows = try basis[first..<first + values.shape[1]]
            flat = try Operator.addmm(flat, values, rows)
        }
        return try flat.reshaped([-1, vertexCount, 3]).expanded([B, vertexCount, 3])
    }

    /// What the rotations of all joints but the first add: `[B, V, 3]`.
    private func correctives(_ rotations: Tensor) throws -> Tensor {
        let identity = try Tensor.eye(3, dtype: rotations.dtype, device: rotations.device)
        let feature = try (rotations[.all, 1...] - identity).flattened(from: 1)  // [B, 36]
        return try feature.matmul(posedirs).reshaped([-1, vertexCount, 3])
    }

    /// All five rotations, `[B, 5, 3]`, axis-angle.
    private func pose(_ parameters: Parameters, _ B: Int) throws -> Tensor {
        let parts = [
            (parameters.globalPose, 3), (parameters.neck, 3), (parameters.jaw, 3),
            (parameters.eyes, 6),
        ]
        let all = try parts.map { value, size in
            try (value ?? .zeros([B, size], dtype: vTemplate.dtype, device: vTemplate.device))
                .expanded([B, size])
        }
        return try Tensor.cat(all, along: 1).reshaped([B, 5, 3])
    }

    /// B, after checking every shape against it.
    private func batchSize(of parameters: Parameters) throws -> Int {
        let all: [(name: String, value: Tensor?, sizes: ClosedRange<Int>)] = [
            ("shape", parameters.shape, 0...shapeCount),
            ("expression", parameters.expression, 0...expressionCount),
            ("globalPose", parameters.globalPose, 3...3), ("neck", parameters.neck, 3...3),
            ("jaw", parameters.jaw, 3...3), ("eyes", parameters.eyes, 6...6),
            ("eyelids", parameters.eyelids, 2...2),
        ]
        let B = all.compactMap { $0.value?.shape.first }.max() ?? 1
        for (name, value, sizes) in all {
            guard let shape = value?.shape else { continue }
            guard shape.count == 2, sizes.contains(shape[1]), shape[0] == B || shape[0] == 1 else {
                let columns =
                    sizes.count == 1 ? "\(sizes.upperBound)" : "up to \(sizes.upperBound)"
                throw FaceError.shape(
                    of: name, expected: "[\(B == 1 ? "1" : "\(B) or 1"), \(columns)]", found: shape)
            }
        }
        return B
    }
}

extension Operator {
    fileprivate static let addmm = Operator("aten::addmm")
}
