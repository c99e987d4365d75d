import Foundation

/// The built-in head at rest: one mesh of several parts, in millimetres, eyes at y = 0.
package struct HeadMesh {
    /// A run of vertices and triangles that belong together.
    struct Piece {
        var part: Part
        var vertices: Range<Int>
        var triangles: Range<Int>
    }

    /// What a vertex belongs to, for skinning and for the fields that move it.
    package enum Kind: Equatable, Sendable {
        case skin
        /// The lids' inner side of the left or the right eye.
        case lidLining
        /// The mouth's inner side; the roof moves with the skull, the floor with the jaw.
        case mouthRoof, mouthFloor
        case ear, leftBall, rightBall
        case upperTeeth, lowerTeeth, tongue
    }

    private(set) var positions: [SIMD3<Double>] = []
    private(set) var coordinates: [SIMD2<Float>] = []
    private(set) var places: [ChartPoint] = []
    private(set) var kinds: [Kind] = []
    /// Where a vertex reads the fields: linings follow the rim that they hang on, ...
    private(set) var anchors: [SIMD3<Double>] = []
    /// ... and this much of it, 0...1.
    private(set) var follow: [Double] = []
    /// The first vertex at the same place, whose normal is shared.
    private(set) var twin: [Int] = []
    package private(set) var triangles: [SIMD3<Int32>] = []
    private(set) var pieces: [Piece] = []
    package private(set) var topology: HeadTopology

    init() {
        topology = HeadTopology()
        let landmarks = HeadLandmarks.all()
        let shape = RadialBasis(
            centres: landmarks.map { HeadChart.capsule($0.place) },
            values: landmarks.map(\.position))
        piece(.head) { mesh in
            for (i, place) in mesh.topology.places.enumerated() {
                mesh.add(
                    shape(HeadChart.capsule(place)), uv: HeadChart.texture(place), place: place,
                    kind: .skin, twin: mesh.topology.twin[i])
            }
            mesh.triangles += mesh.topology.triangles
            mesh.straightenMiddle()
            mesh.addLidLinings()
            mesh.addMouthBag()
            Ear.add(to: &mesh)
        }
        Eyeball.add(to: &self)
        Teeth.add(to: &self)
    }

    /// Adds what `build` adds, as one part.
    mutating func piece(_ part: Part, _ build: (inout HeadMesh) -> Void) {
        let (v, t) = (positions.count, triangles.count)
        build(&self)
        pieces.append(
            Piece(part: part, vertices: v..<positions.count, triangles: t..<triangles.count))
    }

    @discardableResult
    mutating func add(
        _ position: SIMD3<Double>, uv: SIMD2<Float>, place: ChartPoint, kind: Kind,
        twin: Int? = nil, anchor: SIMD3<Double>? = nil, follow: Double = 1
    ) -> Int {
        positions.append(position)
        coordinates.append(uv)
        places.append(place)
        kinds.append(kind)
        anchors.append(anchor ?? position)
        self.follow.append(follow)
        self.twin.append(twin ?? positions.count - 1)
        return positions.count - 1
    }

    mutating func add(triangle a: Int, _ b: Int, _ c: Int) {
        triangles.append(SIMD3(Int32(a), Int32(b), Int32(c)))
    }

    /// A ribbon between two rings of equal length, counter-clockwise when `inner` lies to the right
    /// of `outer`'s direction.
    mutating func ribbon(_ outer: [Int], _ inner: [Int], closed: Bool = true) {
        let n = outer.count
        for i in 0..<(closed ? n : n - 1) {
            let j = (i + 1) % n
            add(triangle: outer[i], outer[j], inner[j])
            add(triangle: outer[i], inner[j], inner[i])
        }
    }

    /// Interpolation leaves the middle line within rounding of x = 0; it is put there exactly.
    private mutating func straightenMiddle() {
        for i in positions.indices where places[i].angle == 0 || abs(places[i].angle) == .pi {
            positions[i].x = 0
            anchors[i].x = 0
        }
    }

    private mutating func addLidLinings() {
        for (side, rim) in topology.lidRims.enumerated() {
            let mirror = SIMD3<Double>(side == 0 ? 1 : -1, 1, 1)
            let centre = Eye.centre * mirror
            var outer = rim
            for step in 1...3 {
                var inner: [Int] = []
                for (i, vertex) in rim.enumerated() {
                    let n = Eye.outward(Double(i) / Double(rim.count))
                    let out = SIMD3(n.x, n.y, 0) * mirror
                    var d = positions[vertex] + out * 1.6 * Double(step) - centre
                    d.z -= 0.35 * Double(step * step)
                    let p = centre + d / (d * d).sum().squareRoot() * (Eye.ballRadius + 0.1)
                    inner.append(
                        add(
                            p, uv: coordinates[vertex], place: places[vertex], kind: .lidLining,
                            anchor: positions[vertex]))
                }
                side == 0 ? ribbon(outer, inner) : ribbon(inner, outer)
                outer = inner
            }
        }
    }

    private mutating func addMouthBag() {
        let rim = topology.lipRim
        var outer = rim
        let rows: [(back: Double, spread: Double, narrow: Double)] = [
            (1.5, 0.6, 1), (3.5, 3.5, 0.99), (5.5, 8, 0.98), (16, 12, 0.95), (40, 10, 0.7),
        ]
        for (k, row) in rows.enumerated() {
            var inner: [Int] = []
            for (i, vertex) in rim.enumerated() {
                let turn = Double(i) / Double(rim.count)
                let upper = turn < 0.5
                let open = min(1, 3 * sin(.pi * (upper ? turn * 2 : 2 - turn * 2)))
                var p = positions[vertex]
                p.x *= row.narrow
                p.y += (upper ? 1 : -1) * row.spread * open
                p.z -= row.back
                let uv = SIMD2(
                    Float(0.6 + 0.09 * (1 - 0.18 * Double(k)) * cos(2 * .pi * turn)),
                    Float(0.945 - 0.045 * (1 - 0.18 * Double(k)) * sin(2 * .pi * turn)))
                inner.append(
                    add(
                        p, uv: uv, place: places[vertex], kind: upper ? .mouthRoof : .mouthFloor,
                        anchor: positions[vertex], follow: max(0, 1 - 0.22 * Double(k))))
            }
            ribbon(outer, inner)
            outer = inner
        }
        let end = add(
            [0, -70, 40], uv: SIMD2(0.6, 0.945), place: ChartPoint(angle: 0, down: 100),
            kind: .mouthRoof, follow: 0)
        for i in outer.indices { add(triangle: outer[i], outer[(i + 1) % outer.count], end) }
    }
}
