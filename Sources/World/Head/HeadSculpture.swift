import Foundation

/// The non-linear sculptor: moves the average head's vertices to those of a given face.
package struct HeadSculpture {
    let mesh: HeadMesh
    /// `[parameter][V]`, millimetres for one standard deviation.
    private let fields: [[SIMD3<Float>]]
    private let asymmetries: [[SIMD3<Float>]]
    private let heaviness: [SIMD3<Float>]

    init(_ mesh: HeadMesh) {
        self.mesh = mesh
        let all = mesh.positions.indices
        fields = FacialParameter.allCases.map { parameter in
            all.map { i in
                let d = FacialFields.displacement(
                    of: parameter, at: mesh.anchors[i], kind: mesh.kinds[i])
                return SIMD3<Float>(Self.settled(d, parameter, mesh, i) * mesh.follow[i])
            }
        }
        asymmetries = (0..<6).map { k in
            all.map { SIMD3<Float>(Self.lopsided(k, mesh.anchors[$0], mesh.kinds[$0])) }
        }
        heaviness = all.map { i in
            let q = SIMD3(abs(mesh.anchors[i].x), mesh.anchors[i].y, mesh.anchors[i].z)
            let side: Double = mesh.anchors[i].x < 0 ? -1 : 1
            guard mesh.kinds[i] == .skin else { return .zero }
            let chin = FacialFields.bump(q, [8, -116, 52], 17)
            let neck = smooth(-98, -125, q.y) * smooth(-220, -165, q.y)
            let jowl = FacialFields.bump(q, [42, -88, 46], 17)
            var d: SIMD3<Double> = [0, -5.5, 1.5] * chin
            d += [q.x * 0.09 * neck + 2.6 * jowl, -2.2 * jowl, (q.z + 12) * 0.07 * neck + jowl]
            return SIMD3<Float>(d * [side, 1, 1])
        }
    }

    /// The vertices of a face, millimetres.
    package func vertices(_ face: FaceSettings) -> [SIMD3<Float>] {
        var result = mesh.positions.map { SIMD3<Float>($0) }
        func add(_ field: [SIMD3<Float>], _ amount: Float) {
            guard amount != 0 else { return }
            for i in result.indices { result[i] += amount * field[i] }
        }
        for (field, amount) in zip(fields, face.parameters.values) { add(field, amount) }
        let a = face.asymmetry
        for (field, amount) in zip(
            asymmetries,
            [a.eyeHeight, a.browHeight, a.mouthTilt, a.noseBend, a.jawShift, a.earHeight])
        {
            add(field, amount)
        }
        add(heaviness, face.weight)
        let youth = Float(smooth(17, 5, Double(face.age)))
        if youth > 0 { for i in result.indices { result[i] = Self.young(result[i], youth) } }
        return result
    }

    /// A child's proportions: a smaller and shorter face under a large skull, a thin neck.
    private static func young(_ p: SIMD3<Float>, _ youth: Float) -> SIMD3<Float> {
        var q = p
        let below = Float(smooth(12, -60, Double(p.y)))
        let front = Float(smooth(20, 85, Double(p.z)))
        if p.y < 8 { q.y = 8 + (p.y - 8) * (1 - 0.13 * youth) }
        q.z -= youth * below * front * 4.5
        q.x *= 1 - youth * below * 0.06
        let neck = Float(smooth(-95, -130, Double(p.y)))
        q.x *= 1 - youth * neck * 0.2
        q.z = -12 + (q.z + 12) * (1 - youth * neck * 0.16)
        return q * (1 - 0.07 * youth)
    }

    /// Teeth move with the skull only as far as proportions go, so that they stay behind the lips.
    private static func settled(
        _ d: SIMD3<Double>, _ parameter: FacialParameter, _ mesh: HeadMesh, _ i: Int
    ) -> SIMD3<Double> {
        switch mesh.kinds[i] {
        case .upperTeeth, .lowerTeeth, .tongue:
            let whole: Set<FacialParameter> = [.faceLength, .midfaceLength, .lipProtrusion]
            guard whole.contains(parameter) else { return .zero }
            let centre = SIMD3<Double>(0, -70, 90)
            return FacialFields.displacement(of: parameter, at: centre, kind: .skin)
        case .leftBall, .rightBall:
            guard parameter != .eyeSize else { return d }
            let side: Double = mesh.kinds[i] == .leftBall ? 1 : -1
            return FacialFields.displacement(
                of: parameter, at: Eye.centre * [side, 1, 1], kind: mesh.kinds[i])
        case .ear:
            let ears: Set<FacialParameter> = [.earSize, .earProtrusion, .earLobe]
            guard !ears.contains(parameter) else { return d }
            let side: Double = mesh.positions[i].x < 0 ? -1 : 1
            return FacialFields.displacement(of: parameter, at: [side * 70, -15, -6], kind: .skin)
        default: return d
        }
    }

    /// In the order of `FacialAsymmetry`'s properties; millimetres for one.
    private static func lopsided(
        _ k: Int, _ p: SIMD3<Double>, _ kind: HeadMesh.Kind
    ) -> SIMD3<Double> {
        let q = SIMD3(abs(p.x), p.y, p.z)
        let side: Double = p.x < 0 ? -1 : 1
        switch k {
        case 0: return [0, 0.6 * side * EyeFields.weight(q, kind), 0]
        case 1:
            let d = EyeFields.displacement(of: .browHeight, at: q, kind: kind)
            return d * 0.5 * side
        case 2:
            let mouth = FacialFields.bell(q.x, 24) * FacialFields.bell(q.y + 70, 12)
            return [0, 0.9 * p.x / 25 * mouth * smooth(60, 80, q.z), 0]
        case 3:
            let tip = FacialFields.bump(q, [0, -38, 104], 15)
            return [1.1 * tip, 0, 0]
        case 4:
            return [1.4 * smooth(-70, -104, q.y) * smooth(-10, 40, q.z), 0, 0]
        default: return kind == .ear ? [0, 1.1 * side, 0] : .zero
        }
    }
}
