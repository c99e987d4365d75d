/// The 68 landmarks of iBUG's 300-W (Sagonas et al. 2013) as vertices of the built-in head.
///
/// In the order of that scheme, which starts at the left of a picture: at the person's right.
public struct FaceLandmarks: Sendable {
    /// `[68]`.
    public let vertices: [Int]
    /// Which of the 68 make each eye, the left of the picture first.
    static let eyes = [36..<42, 42..<48]
    static let noseTip = 30
    static let mouthCorners = [48, 54]

    init(_ mesh: HeadMesh) {
        let skin = mesh.kinds.indices.filter { mesh.kinds[$0] == .skin }
        func nearest(_ a: Double, _ d: Double) -> Int {
            var best = (distance: Double.infinity, vertex: 0)
            for v in skin {
                let p = HeadTopology.flat(mesh.places[v]) - SIMD2(a, d)
                let distance = (p * p).sum()
                if distance < best.distance { best = (distance, v) }
            }
            return best.vertex
        }
        func pairs(_ left: [SIMD2<Double>]) -> (right: [Int], left: [Int]) {
            (left.reversed().map { nearest(-$0.x, $0.y) }, left.map { nearest($0.x, $0.y) })
        }
        // Left halves in the chart's millimetres, from the middle outwards.
        let jaw = pairs([
            [26, 139], [50, 134], [72, 128], [90, 118], [102, 100], [109, 78], [112, 56], [114, 34],
        ])
        let brow = pairs([[10.5, 16.5], [24, 12.5], [36, 10.5], [46, 12], [55.5, 17.5]])
        let wing = pairs([[7, 82.5], [13.5, 81]])
        func border(_ x: Double, upper: Bool) -> Int {
            let b = Mouth.border(angle: abs(x) / HeadChart.radius)
            return nearest(x, upper ? b.upper : b.lower)
        }
        let upper = [-17.0, -6, 0, 6, 17].map { border($0, upper: true) }
        let lower = [17.0, 7, 0, -7, -17].map { border($0, upper: false) }
        let rim = mesh.topology.lipRim
        let lids = mesh.topology.lidRims
        var result = jaw.right + [nearest(0, 141)] + jaw.left + brow.right + brow.left
        result += [31.0, 41, 52, 67].map { nearest(0, $0) }
        result += wing.right + [nearest(0, 82.5)] + wing.left
        result += [20, 13, 7, 0, 33, 27].map { lids[1][$0] }
        result += [0, 7, 13, 20, 27, 33].map { lids[0][$0] }
        result += [rim[24]] + upper + [rim[0]] + lower
        result += [23, 17, 12, 7, 1, 41, 36, 31].map { rim[$0] }
        vertices = result
    }
}
