import Faces
import TestSupport
import Testing
import Torch

/// A mesh in image coordinates.
struct ScreenMesh: Sendable, CustomTestStringConvertible {
    let name: String
    let width: Int
    let height: Int
    var vertices: [Float] = []
    var triangles: [SIMD3<Int32>] = []
    var testDescription: String { name }

    func drawn() throws -> RasterMaps {
        try Rasterizer(width: width, height: height)(
            Tensor(vertices, shape: [1, vertices.count / 3, 3]), triangles: triangles)
    }

    /// Random triangles of a given size, `shared` of them over the same corners at the same depth.
    static func random(
        _ name: String, seed: UInt64, count: Int, size: Float, width: Int = 48, height: Int = 48
    ) -> ScreenMesh {
        var mesh = ScreenMesh(name: name, width: width, height: height)
        var numbers = Numbers(seed: seed)
        for k in 0..<count {
            let (x, y) = (numbers.next(-1.3, 1.3), numbers.next(-1.3, 1.3))
            for _ in 0..<3 {
                mesh.vertices += [
                    x + numbers.next(-size, size), y + numbers.next(-size, size),
                    numbers.next(9.5, 10.5),
                ]
            }
            let corner = Int32(3 * k)
            mesh.triangles.append(SIMD3(corner, corner + 1, corner + 2))
        }
        return mesh
    }

    /// Every second triangle again, and all of them turned over, so that depths tie exactly.
    func repeated() -> ScreenMesh {
        var mesh = self
        for (k, triangle) in triangles.enumerated() where k % 2 == 0 {
            mesh.triangles.append(triangle)
        }
        mesh.triangles += triangles.map { SIMD3($0.z, $0.y, $0.x) }
        return mesh
    }

    /// Corners on pixel centres and edges through them: weights of exactly 0, which are outside.
    static func grid(_ name: String, step: Int, width: Int, height: Int) -> ScreenMesh {
        var mesh = ScreenMesh(name: name, width: width, height: height)
        func centre(_ k: Int, _ count: Int) -> Float { -1 + (2 * Float(k) + 1) / Float(count) }
        for y in stride(from: 0, through: height, by: step) {
            for x in stride(from: 0, through: width, by: step) {
                let k = Int32(mesh.vertices.count / 3)
                for (dx, dy) in [(0, 0), (step, 0), (0, step), (step, step)] {
                    mesh.vertices += [centre(x + dx, width), centre(y + dy, height), 10]
                }
                mesh.triangles += [SIMD3(k, k + 1, k + 2), SIMD3(k + 3, k + 2, k + 1)]
            }
        }
        return mesh
    }

    /// Triangles that are nearly lines, along rows of pixel centres: here rounding decides, and
    /// finds pixels far outside.
    static func slivers(_ name: String, seed: UInt64) -> ScreenMesh {
        var mesh = ScreenMesh(name: name, width: 48, height: 48)
        var numbers = Numbers(seed: seed)
        for _ in 0..<1500 {
            let start = (numbers.next(5, 43).rounded(), numbers.next(5, 43).rounded())
            let step = (numbers.next(-3, 3).rounded(), numbers.next(-3, 3).rounded())
            for _ in 0..<3 {
                let along = numbers.next(-20, 20)
                mesh.vertices += [
                    -1 + (2 * (start.0 + along * step.0) + 1) / 48,
                    -1 + (2 * (start.1 + along * step.1) + 1) / 48, numbers.next(9.5, 10.5),
                ]
            }
            let corner = Int32(3 * mesh.triangles.count)
            mesh.triangles.append(SIMD3(corner, corner + 1, corner + 2))
        }
        return mesh
    }

    /// Corners behind the camera, at no place, far away, and triangles without area.
    static func odd(_ name: String) -> ScreenMesh {
        var mesh = random(name, seed: 8, count: 120, size: 0.5, width: 40, height: 31)
        for k in 0..<120 {
            switch k % 8 {
            case 0: mesh.vertices[9 * k + 2] = -1
            case 1: mesh.vertices[9 * k + 5] = 0
            case 2: mesh.vertices[9 * k + 8] = .nan
            case 3: mesh.vertices[9 * k] = .infinity
            case 4: mesh.vertices[9 * k + 4] = .nan
            case 5: mesh.vertices[9 * k + 3] *= 1e6
            case 6: for j in 0..<3 { mesh.vertices[9 * k + 3 + j] = mesh.vertices[9 * k + j] }
            default: mesh.vertices[9 * k + 7] *= -3e4
            }
        }
        return mesh
    }
}

/// splitmix64, so that the meshes are the same everywhere.
struct Numbers {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next(_ low: Float, _ high: Float) -> Float {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return low + (high - low) * Float((z ^ (z >> 31)) >> 40) / Float(1 << 24)
    }
}

/// The rule written out: every face looks at every pixel.
struct SlowRaster {
    var faceIndex: [Int64]
    var z: [Float]
    var barycentrics: [Float]

    /// `shift` and `flip` break it, to see that the comparison notices.
    init(_ mesh: ScreenMesh, shift: Float = 0, flip: Bool = false, boxed: Bool = false) {
        let (W, H) = (mesh.width, mesh.height)
        faceIndex = .init(repeating: -1, count: W * H)
        z = .init(repeating: -1, count: W * H)
        barycentrics = .init(repeating: -1, count: W * H * 3)
        func centre(_ i: Int, _ count: Int, _ other: Int) -> Float {
            let range: Float = count > other ? Float(count) / Float(other) * 2 : 2
            return -(range / 2) + (range * (Float(i) + shift) + range / 2) / Float(count)
        }
        func edge(_ p: (Float, Float), _ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float {
            (p.0 - a.x) * (b.y - a.y) - (p.1 - a.y) * (b.x - a.x)
        }
        for (f, triangle) in mesh.triangles.enumerated() {
            let v = (0..<3).map { corner -> SIMD3<Float> in
                let k = 3 * Int(triangle[corner])
                return SIMD3(
                    mesh.vertices[k], mesh.vertices[k + 1] * (flip ? -1 : 1), mesh.vertices[k + 2])
            }
            let area = edge((v[2].x, v[2].y), v[0], v[1])
            if abs(area) <= 1e-8 || v.contains(where: { $0.z < 1e-8 }) { continue }
            for row in 0..<H {
                for column in 0..<W {
                    let p = (centre(column, W, H), centre(row, H, W))
                    if boxed,
                        p.0 < min(v[0].x, v[1].x, v[2].x) || p.0 > max(v[0].x, v[1].x, v[2].x)
                            || p.1 < min(v[0].y, v[1].y, v[2].y)
                            || p.1 > max(v[0].y, v[1].y, v[2].y)
                    {
                        continue
                    }
                    let w0 = edge(p, v[1], v[2]) / (area + 1e-8)
                    let w1 = edge(p, v[2], v[0]) / (area + 1e-8)
                    let w2 = edge(p, v[0], v[1]) / (area + 1e-8)
                    guard w0 > 0, w1 > 0, w2 > 0 else { continue }
                    let pz = w0 * v[0].z + w1 * v[1].z + w2 * v[2].z
                    let pixel = row * W + column
                    guard pz < (faceIndex[pixel] < 0 ? .infinity : z[pixel]) else { continue }
                    faceIndex[pixel] = Int64(f)
                    z[pixel] = pz
                    barycentrics.replaceSubrange(3 * pixel..<3 * pixel + 3, with: [w0, w1, w2])
                }
            }
        }
    }
}

@Suite struct RasterizerTests {
    static let meshes: [ScreenMesh] = [
        .random("large", seed: 1, count: 60, size: 0.9),
        .random("small", seed: 2, count: 2_000, size: 0.06),
        .random("tiny", seed: 3, count: 4_000, size: 0.01),
        .random("wide", seed: 4, count: 200, size: 0.4, width: 61, height: 20),
        .random("tall", seed: 5, count: 200, size: 0.4, width: 17, height: 50),
        .random("ties", seed: 6, count: 150, size: 0.5).repeated(),
        .grid("corners on pixels", step: 3, width: 48, height: 48),
        .grid("edges through pixels", step: 4, width: 60, height: 60).repeated(),
        .slivers("slivers", seed: 7), .odd("behind, nowhere and without area"),
        .random("one pixel", seed: 9, count: 20, size: 0.9, width: 1, height: 1),
        ScreenMesh(name: "nothing", width: 5, height: 4),
    ]

    @Test(arguments: meshes) func equalsTheRuleFaceByFace(_ mesh: ScreenMesh) throws {
        let maps = try mesh.drawn()
        let slow = SlowRaster(mesh)
        #expect(maps.faceIndex.shape == [1, mesh.height, mesh.width])
        // elementsEqual, not ==, so that a failure does not print thousands of numbers.
        #expect(try maps.faceIndex.toArray(Int64.self).elementsEqual(slow.faceIndex))
        #expect(try maps.z.toArray(Float.self).elementsEqual(slow.z))
        #expect(try maps.barycentrics.toArray(Float.self).elementsEqual(slow.barycentrics))
    }

    @Test(arguments: meshes.filter { !["nothing", "one pixel"].contains($0.name) })
    func noticesHalfAPixelAndAFlip(_ mesh: ScreenMesh) throws {
        let drawn = try mesh.drawn().faceIndex.toArray(Int64.self)
        #expect(Set(drawn).count > 4)
        #expect(!SlowRaster(mesh, shift: 0.5).faceIndex.elementsEqual(drawn))
        #expect(!SlowRaster(mesh, flip: true).faceIndex.elementsEqual(drawn))
    }

    @Test func showsTheFirstOfEqualFaces() throws {
        let mesh = try #require(Self.meshes.first { $0.name == "ties" })
        let drawn = try Set(mesh.drawn().faceIndex.toArray(Int.self))
        // 150 triangles, 75 copies of every second one, and all turned over.
        #expect(drawn.contains { $0 < 150 } && drawn.isDisjoint(with: 150..<225))
    }

    /// Why the box around a triangle must be wider than the triangle.
    @Test func findsPixelsBeyondTheCornersOfSlivers() throws {
        let mesh = try #require(Self.meshes.first { $0.name == "slivers" })
        let (rule, boxed) = (SlowRaster(mesh), SlowRaster(mesh, boxed: true))
        let differ = zip(rule.faceIndex, boxed.faceIndex).filter { $0 != $1 }
        #expect(!differ.isEmpty)
    }

    @Test func batchesAreDrawnOneByOne() throws {
        let (a, b) = (Self.meshes[0], ScreenMesh.random("other", seed: 10, count: 60, size: 0.9))
        let both = try Tensor(a.vertices + b.vertices, shape: [2, 180, 3])
        let maps = try Rasterizer(width: 48, height: 48)(both, triangles: a.triangles)
        #expect(try maps.faceIndex[0].isEqual(to: a.drawn().faceIndex[0]))
        #expect(try maps.z[1].isEqual(to: b.drawn().z[0]))
        #expect(try maps.barycentrics[1].isEqual(to: b.drawn().barycentrics[0]))
    }
}
