import Foundation

/// The head that comes with Likeness, in FLAME's format: made by procedure, free of any licence.
///
/// Sculpted once a process (`HeadMesh`); its shape basis is learnt from faces that the non-linear
/// sculptor made of random ``FacialParameters``, ages and weights, its expression basis from the
/// fields of every ``Action``. Lengths are metres; the origin is EG3D's: 10 mm below the eyes'
/// height, 60 mm behind the ears, so that its cameras turn about the head's middle.
public struct BuiltInHead: Sendable {
    /// Components of shape.
    public static let shapeCount = 64
    /// Components of expression.
    public static let expressionCount = 16
    /// The mesh's runs of vertices and triangles, by part.
    let pieces: [HeadMesh.Piece]
    /// `[V]`: texture coordinates, places on the chart and kinds of vertices.
    public let coordinates: [SIMD2<Float>]
    package let places: [ChartPoint]
    package let kinds: [HeadMesh.Kind]
    /// The first vertex at the same place, whose normal is shared, `[V]`.
    package let twin: [Int]
    /// `[F]`, counter-clockwise from outside.
    public let triangles: [SIMD3<UInt32>]
    /// `[V]` of the average face at rest.
    public let template: [SIMD3<Float>]

    package let sculpture: HeadSculpture
    package let shape: PrincipalComponents
    let expression: PrincipalComponents
    private let actionFields: [[Float]]
    let closedLids: [[SIMD3<Double>]]
    package let mesh: HeadMesh
    /// Where the 68 landmarks are.
    public let landmarks: FaceLandmarks
    /// The vertices from hairline to chin, ear to ear: what detectors frame.
    let faceVertices: [Int]

    /// The one of this process.
    public static let shared = BuiltInHead()

    init() {
        let mesh = HeadMesh()
        self.mesh = mesh
        pieces = mesh.pieces
        coordinates = mesh.coordinates
        places = mesh.places
        kinds = mesh.kinds
        twin = mesh.twin
        triangles = mesh.triangles.map { SIMD3(UInt32($0.x), UInt32($0.y), UInt32($0.z)) }
        sculpture = HeadSculpture(mesh)
        let average = mesh.positions.map { Self.metres(SIMD3<Float>($0)) }
        template = average
        shape = Self.learnShape(sculpture, average)
        actionFields = Self.fields(of: mesh)
        expression = Self.learnExpression(actionFields)
        landmarks = FaceLandmarks(mesh)
        faceVertices = mesh.kinds.indices.filter {
            mesh.kinds[$0] == .skin && Self.isFace(mesh.places[$0])
        }
        closedLids = [1.0, -1.0].map { Eyelids.closing(mesh, side: $0) }
    }

    /// The region that Diff-PC's plain render shows, and detectors frame: hairline to chin, ear to ear.
    private static func isFace(_ place: ChartPoint) -> Bool {
        abs(place.angle) < 1.25 && (-34...141).contains(place.down)
    }

    /// Where the sculpture's origin lies in the world, millimetres.
    static let origin = SIMD3<Float>(0, 10, 60)

    /// From the sculpture's millimetres to the world's metres.
    package static func metres(_ p: SIMD3<Float>) -> SIMD3<Float> { (p + origin) * 1e-3 }

    /// What the sculptor makes of random faces, as deviations from the average one.
    private static func learnShape(
        _ sculpture: HeadSculpture, _ average: [SIMD3<Float>]
    ) -> PrincipalComponents {
        var random = SplitMix64(state: 0xFACE_5)
        let samples = (0..<144).map { i -> [Float] in
            var face = FaceSettings()
            for parameter in FacialParameter.allCases {
                face.parameters[parameter] = Float(random.normal())
            }
            face.asymmetry = .drawn(&random)
            face.weight = Float(2 * random.unit() - 1)
            face.age = i % 4 == 0 ? Float(5 + 12 * random.unit()) : 30
            return flat(sculpture.vertices(face), minus: average)
        }
        return PrincipalComponents(samples, count: shapeCount)
    }

    private static func fields(of mesh: HeadMesh) -> [[Float]] {
        ActionFields.actions.map { action in
            var result: [Float] = []
            result.reserveCapacity(3 * mesh.positions.count)
            for i in mesh.positions.indices {
                let lower =
                    mesh.kinds[i] == .mouthFloor
                    || mesh.kinds[i] == .skin
                        && mesh.places[i].down > HeadChart.ring - Mouth.line
                var d = SIMD3<Double>.zero
                switch mesh.kinds[i] {
                case .skin, .lidLining, .mouthRoof, .mouthFloor:
                    d = ActionFields.displacement(of: action, at: mesh.anchors[i], lower: lower)
                    d *= mesh.follow[i] * 1e-3
                default: break
                }
                result += [Float(d.x), Float(d.y), Float(d.z)]
            }
            return result
        }
    }

    private static func learnExpression(_ fields: [[Float]]) -> PrincipalComponents {
        var random = SplitMix64(state: 0xAC7)
        let samples = (0..<64).map { _ in combine(fields, fields.map { _ in Float(random.unit()) })
        }
        return PrincipalComponents(samples, count: expressionCount)
    }

    private static func combine(_ fields: [[Float]], _ weights: [Float]) -> [Float] {
        var sum = [Float](repeating: 0, count: fields[0].count)
        for (field, weight) in zip(fields, weights) where weight != 0 {
            for i in sum.indices { sum[i] += weight * field[i] }
        }
        return sum
    }

    private static func flat(
        _ vertices: [SIMD3<Float>], minus average: [SIMD3<Float>]
    ) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(3 * vertices.count)
        for (v, a) in zip(vertices, average) {
            let d = metres(v) - a
            result += [d.x, d.y, d.z]
        }
        return result
    }

    /// Shape coefficients of a face, in standard deviations.
    package func shapeCoefficients(_ face: FaceSettings) -> [Float] {
        shape.coefficients(of: Self.flat(sculpture.vertices(face), minus: template))
    }

    /// Expression coefficients of weighted actions, in standard deviations.
    public func expressionCoefficients(_ expression: FacialExpression) -> [Float] {
        let weights = ActionFields.actions.map { expression[$0] }
        return self.expression.coefficients(of: Self.combine(actionFields, weights))
    }
}

extension SplitMix64 {
    /// Mean 0, deviation 1 (Box and Muller 1958).
    mutating func normal() -> Double {
        let u = max(unit(), 1e-300)
        return (-2 * log(u)).squareRoot() * cos(2 * .pi * unit())
    }
}

extension FacialAsymmetry {
    static func drawn(_ random: inout SplitMix64) -> Self {
        func next() -> Float { Float(random.normal()) }
        return Self(
            eyeHeight: next(), browHeight: next(), mouthTilt: next(), noseBend: next(),
            jawShift: next(), earHeight: next())
    }
}
