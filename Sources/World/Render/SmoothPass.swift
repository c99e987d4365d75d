/// Between the second and the third pass: fewer rays, less noise.
///
/// A few rays for each pixel leave grain in soft shadows. What a lamp's penumbra and creases look
/// like changes slowly along a surface, so each pixel's visibility is averaged with its neighbours
/// on the same surface: an à-trous filter (Dammertz et al. 2010) guided by part, normal and plane.
/// Colours, textures, bumps and highlights are not touched, and small lamps, whose shadows are
/// sharp, keep theirs.
extension RenderJob {
    /// Filters from one pair of maps to the other; `step` is the distance between taps in pixels.
    func smooth(_ rows: Range<Int>, step: Int, from source: Visibility, to target: Visibility) {
        let (width, height) = (options.width, options.height)
        for y in rows {
            for x in 0..<width {
                let i = y * width + x
                guard frame.depth[i] > 0 else { continue }
                let centre = Neighbour(self, x, y)
                var lamps = source.lamps[i] * 4
                var ambient = source.ambient[i] * 4
                var weights: Float = 4
                for dy in -1...1 {
                    let v = y + dy * step
                    guard v >= 0, v < height else { continue }
                    for dx in -1...1 where dx != 0 || dy != 0 {
                        let u = x + dx * step
                        guard u >= 0, u < width else { continue }
                        let j = v * width + u
                        guard frame.part[j] == frame.part[i], frame.person[j] == frame.person[i]
                        else { continue }
                        let likeness = centre.likeness(Neighbour(self, u, v))
                        guard likeness > 0 else { continue }
                        let weight = likeness * (dx == 0 || dy == 0 ? 2 : 1)
                        lamps += source.lamps[j] * weight
                        ambient += source.ambient[j] * weight
                        weights += weight
                    }
                }
                let share = 1 / weights
                target.ambient[i] = ambient * share
                let softness = lampSoftness
                target.lamps[i] = source.lamps[i] + (lamps * share - source.lamps[i]) * softness
            }
        }
    }

    /// A pixel's surface, as far as likeness goes.
    private struct Neighbour {
        var position: SIMD3<Float>
        var normal: SIMD3<Float>
        var footprint: Float

        @inline(__always)
        init(_ job: RenderJob, _ x: Int, _ y: Int) {
            let i = y * job.options.width + x
            let depth = job.frame.depth[i]
            let size = SIMD2(Float(job.options.width), Float(job.options.height))
            let place = (SIMD2(Float(x), Float(y)) / size - job.camera.principal) / job.camera.focal
            position = SIMD3(place.x * depth, place.y * depth, depth)
            normal = job.frame.normal[i]
            footprint = depth * job.pixelSide
        }

        /// 1 for one plane, 0 for two surfaces.
        @inline(__always)
        func likeness(_ other: Neighbour) -> Float {
            let turned = Scalar.saturate((Vector.dot(normal, other.normal) - 0.75) * 4)
            let step = abs(Vector.dot(normal, other.position - position))
            return turned * Scalar.saturate(1.5 - step / (1.5 * footprint))
        }
    }
}

/// How much of each lamp and of the surroundings each pixel sees.
struct Visibility {
    /// `[height * width]`, one lane for each lamp, 0...1.
    var lamps: UnsafeMutablePointer<SIMD4<Float>>
    /// `[height * width]`, 0...1.
    var ambient: UnsafeMutablePointer<Float>

    init(count: Int) {
        lamps = .allocate(capacity: count)
        lamps.initialize(repeating: .zero, count: count)
        ambient = .allocate(capacity: count)
        ambient.initialize(repeating: 0, count: count)
    }

    func deallocate() {
        lamps.deallocate()
        ambient.deallocate()
    }
}
