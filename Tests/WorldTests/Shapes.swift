import World

/// Simple meshes for tests of the renderer.
enum Shapes {
    /// A sphere whose u runs around the vertical axis (0.5 in front, +z) and v from the top down;
    /// `bumps` is how much the radius varies, as a fraction, and normals follow.
    static func sphere(
        _ part: Part, centre: SIMD3<Float> = .zero, radius: Float, rings: Int = 64,
        bumps: Float = 0, material: Material
    ) -> Surface {
        grid(part, columns: 2 * rings, rows: rings, material: material) { u, v in
            let around = (u - 0.5) * 2 * .pi
            let down = v * .pi
            let d = SIMD3(sine(down) * sine(around), cosine(down), sine(down) * cosine(around))
            let wave =
                sine(9 * d.x + 1) * sine(8 * d.y + 2) + 0.5 * sine(17 * d.z + 13 * d.x)
            return centre + d * (radius * (1 + bumps * wave))
        }
    }

    /// An upright tube that swells in the middle, open at both ends, with strands that run down it.
    static func tube(
        _ part: Part, centre: SIMD3<Float>, radius: Float, height: Float, material: Material
    ) -> Surface {
        func place(_ u: Float, _ v: Float) -> SIMD3<Float> {
            let around = (u - 0.5) * 2 * .pi
            let swell = 0.4 + 0.9 * sine(v * .pi)
            return centre
                + SIMD3(
                    radius * swell * sine(around), (0.5 - v) * height,
                    radius * swell * cosine(around))
        }
        var surface = grid(part, columns: 96, rows: 64, material: material, place)
        surface.tangents = surface.coordinates.map {
            unit(place($0.x, $0.y + 1e-3) - place($0.x, $0.y - 1e-3))
        }
        return surface
    }

    /// A flat square across the z axis, seen from +z.
    static func card(
        _ part: Part, centre: SIMD3<Float>, half: Float, material: Material
    ) -> Surface {
        grid(part, columns: 4, rows: 4, material: material) { u, v in
            centre + SIMD3((2 * u - 1) * half, (1 - 2 * v) * half, 0)
        }
    }

    /// A mesh over (u, v), with normals from the triangles around each vertex.
    static func grid(
        _ part: Part, columns: Int, rows: Int, material: Material,
        _ place: (Float, Float) -> SIMD3<Float>
    ) -> Surface {
        var positions: [SIMD3<Float>] = []
        var normals: [SIMD3<Float>] = []
        var coordinates: [SIMD2<Float>] = []
        var triangles: [SIMD3<UInt32>] = []
        for j in 0...rows {
            for i in 0...columns {
                let u = Float(i) / Float(columns)
                let v = Float(j) / Float(rows)
                let step: Float = 1e-3
                let low = min(max(v, 0.002), 0.998)
                let du = place(u + step, low) - place(u - step, low)
                let dv = place(u, low + step) - place(u, low - step)
                positions.append(place(u, v))
                normals.append(unit(cross(dv, du)))
                coordinates.append([u, v])
            }
        }
        let across = UInt32(columns + 1)
        for j in 0..<UInt32(rows) {
            for i in 0..<UInt32(columns) {
                let a = j * across + i
                triangles.append([a, a + across, a + across + 1])
                triangles.append([a, a + across + 1, a + 1])
            }
        }
        return Surface(
            part: part, positions: positions, normals: normals, coordinates: coordinates,
            triangles: triangles, material: material)
    }

    /// A texture painted by a function of (u, v): linear colour, height in millimetres.
    static func texture(
        _ size: Int, specular: Float = 0.5, roughness: Float = 0.4,
        _ paint: (Float, Float) -> (colour: SIMD4<Float>, height: Float)
    ) -> Texture {
        var albedo: [SIMD4<Float>] = []
        var surface: [SIMD3<Float>] = []
        for y in 0..<size {
            for x in 0..<size {
                let texel = paint((Float(x) + 0.5) / Float(size), (Float(y) + 0.5) / Float(size))
                albedo.append(texel.colour)
                surface.append([specular, roughness, texel.height])
            }
        }
        return Texture(
            width: size, height: size, albedo: albedo, surface: surface,
            region: [UInt8](repeating: Region.skin.rawValue, count: size * size))
    }

    static func dot(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> Float { (a * b).sum() }

    static func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
        [a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x]
    }

    static func unit(_ a: SIMD3<Float>) -> SIMD3<Float> { a / dot(a, a).squareRoot() }

    /// The sine by its series after reduction to -π...π: tests need no more than float precision.
    static func sine(_ x: Float) -> Float {
        var r = Double(x).remainder(dividingBy: 2 * .pi)
        if r > .pi / 2 { r = .pi - r }
        if r < -.pi / 2 { r = -.pi - r }
        let q = r * r
        return Float(
            r * (1 - q / 6 * (1 - q / 20 * (1 - q / 42 * (1 - q / 72 * (1 - q / 110))))))
    }

    static func cosine(_ x: Float) -> Float { sine(x + .pi / 2) }
}
