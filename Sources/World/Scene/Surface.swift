/// One triangle mesh of a scene, posed and in metres.
///
/// World axes are FLAME's and EG3D's: x to the person's left (the right of a picture of them from
/// the front), y up, z out of the face.
public struct Surface: Sendable {
    /// What the mesh is; also the first number of a canonical surface coordinate.
    public var part: Part
    /// Whose it is: 1 for the only person of a portrait, from 1 on in a group.
    public var person: UInt8
    /// `[V]`, metres.
    public var positions: [SIMD3<Float>]
    /// `[V]`, unit length, out of the surface.
    public var normals: [SIMD3<Float>]
    /// `[V]`, canonical coordinates in 0...1, the same whatever the pose; texel rows start at v = 0.
    public var coordinates: [SIMD2<Float>]
    /// `[F]`, counter-clockwise seen from outside.
    public var triangles: [SIMD3<UInt32>]
    /// `[V]`, unit vectors along the strands, for hair only; empty otherwise.
    public var tangents: [SIMD3<Float>]
    /// How it looks.
    public var material: Material

    /// A mesh.
    public init(
        part: Part, positions: [SIMD3<Float>], normals: [SIMD3<Float>],
        coordinates: [SIMD2<Float>], triangles: [SIMD3<UInt32>], tangents: [SIMD3<Float>] = [],
        material: Material, person: UInt8 = 1
    ) {
        self.part = part
        self.person = person
        self.positions = positions
        self.normals = normals
        self.coordinates = coordinates
        self.triangles = triangles
        self.tangents = tangents
        self.material = material
    }
}

/// The meshes that a scene is made of; at most one surface of each part and person.
public enum Part: UInt8, CaseIterable, Codable, Sendable {
    case background = 0
    case head, leftEye, rightEye, teeth, tongue, lashes
    case hair, brows, beard
    case glassesFrame, glassesLens, hat, earRings, clothes
    /// Trunk and arms below the clothes of a bust, in pictures that show so much.
    case body
}

/// What a pixel shows; the region mask of a picture holds these numbers.
public enum Region: UInt8, CaseIterable, Codable, Sendable {
    case background = 0
    case skin, lips, eyes, mouth, brows, hair, beard, glasses, hat, earRings, clothes
}
