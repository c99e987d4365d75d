import Foundation

/// Two arches of teeth and a tongue: enough to be seen in an open mouth.
enum Teeth {
    static func add(to mesh: inout HeadMesh) {
        mesh.piece(.teeth) { mesh in
            arch(&mesh, top: -60, bottom: -71, width: 24, front: 91, .upperTeeth)
            arch(&mesh, top: -70.6, bottom: -79, width: 22.3, front: 89, .lowerTeeth)
        }
        mesh.piece(.tongue) { mesh in
            let (turns, rows) = (20, 8)
            var previous: [Int] = []
            let place = ChartPoint(angle: 0, down: 108)
            for k in 0...rows {
                let polar = Double.pi * (0.02 + 0.96 * Double(k) / Double(rows))
                let ring = (0..<turns).map { i -> Int in
                    let turn = 2 * Double.pi * Double(i) / Double(turns)
                    let p = SIMD3(
                        16 * sin(polar) * cos(turn), -78 + 5.5 * sin(polar) * sin(turn),
                        60 + 23 * cos(polar))
                    return mesh.add(
                        p, uv: SIMD2(Float(turn / (2 * .pi)), Float(polar / .pi)), place: place,
                        kind: .tongue)
                }
                if !previous.isEmpty { mesh.ribbon(ring, previous) }
                previous = ring
            }
        }
    }

    /// A curved wall, rounded at the biting edge; u runs from right to left, v down.
    private static func arch(
        _ mesh: inout HeadMesh, top: Double, bottom: Double, width: Double, front: Double,
        _ kind: HeadMesh.Kind
    ) {
        let count = 56
        let upper = kind == .upperTeeth
        // Rows from the gum over the front to the edge and around it.
        let rows: [(down: Double, back: Double)] =
            upper
            ? [(0, 1.5), (0.35, 0), (0.75, 0), (0.95, 0.5), (1, 1.5), (0.8, 3.5), (0.2, 5)]
            : [(1, 1.5), (0.65, 0), (0.25, 0), (0.05, 0.5), (0, 1.5), (0.2, 3.5), (0.8, 5)]
        var previous: [Int] = []
        for (k, row) in rows.enumerated() {
            let line = (0...count).map { i -> Int in
                let t = Double(i) / Double(count)
                let angle = (t - 0.5) * 2.5
                // The front teeth are longer than the ones beside them.
                let length = upper ? 1 - 0.09 * abs(t - 0.5) * 4 : 1
                let y =
                    upper
                    ? top + (bottom - top) * row.down * length : top + (bottom - top) * row.down
                let p = SIMD3(
                    (width - row.back * 0.6) * sin(angle), y,
                    front - 27 + (27 - row.back) * cos(angle))
                let v = (Float(k) / Float(rows.count - 1) + (upper ? 0 : 1)) / 2
                return mesh.add(
                    p, uv: SIMD2(Float(t), v), place: ChartPoint(angle: 0, down: 98), kind: kind)
            }
            if !previous.isEmpty {
                upper
                    ? mesh.ribbon(line, previous, closed: false)
                    : mesh.ribbon(previous, line, closed: false)
            }
            previous = line
        }
    }
}
