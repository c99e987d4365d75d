import Images

/// Everything that a picture's passes write, as bare arrays.
final class Frame {
    let width: Int
    let height: Int
    let samples: Int
    /// `[height * width * samples]`: what each sample's ray met.
    let hits: HitPointers
    /// What light the centre sample's surface sees; and room for a smoother version.
    var visibility: Visibility
    var smoother: Visibility

    let colour: UnsafeMutablePointer<UInt8>
    let albedo: UnsafeMutablePointer<UInt8>
    let shading: UnsafeMutablePointer<SIMD3<Float>>
    let depth: UnsafeMutablePointer<Float>
    let normal: UnsafeMutablePointer<SIMD3<Float>>
    let region: UnsafeMutablePointer<UInt8>
    let part: UnsafeMutablePointer<UInt8>
    let person: UnsafeMutablePointer<UInt8>
    let triangle: UnsafeMutablePointer<UInt32>
    let barycentrics: UnsafeMutablePointer<SIMD2<Float>>
    let coordinate: UnsafeMutablePointer<SIMD2<Float>>

    var count: Int { width * height }

    init(width: Int, height: Int, samples: Int) {
        self.width = width
        self.height = height
        self.samples = samples
        let count = width * height
        hits = HitPointers(capacity: count * samples)
        visibility = Visibility(count: count)
        smoother = Visibility(count: count)
        colour = Frame.array(3 * count, 0)
        albedo = Frame.array(3 * count, 0)
        shading = Frame.array(count, .zero)
        depth = Frame.array(count, 0)
        normal = Frame.array(count, .zero)
        region = Frame.array(count, 0)
        part = Frame.array(count, 0)
        person = Frame.array(count, 0)
        triangle = Frame.array(count, 0)
        barycentrics = Frame.array(count, .zero)
        coordinate = Frame.array(count, .zero)
    }

    deinit {
        hits.deallocate()
        visibility.deallocate()
        smoother.deallocate()
        colour.deallocate()
        albedo.deallocate()
        shading.deallocate()
        depth.deallocate()
        normal.deallocate()
        region.deallocate()
        part.deallocate()
        person.deallocate()
        triangle.deallocate()
        barycentrics.deallocate()
        coordinate.deallocate()
    }

    private static func array<Element>(
        _ count: Int, _ value: Element
    ) -> UnsafeMutablePointer<Element> {
        let memory = UnsafeMutablePointer<Element>.allocate(capacity: count)
        memory.initialize(repeating: value, count: count)
        return memory
    }

    /// Copies the maps out.
    func view(camera: Camera, of surfaces: [Surface]) throws -> RenderedView {
        func copy<Element>(_ memory: UnsafeMutablePointer<Element>, _ count: Int) -> [Element] {
            Array(UnsafeBufferPointer(start: memory, count: count))
        }
        var counts = [Int](repeating: 0, count: 256)
        for surface in surfaces { counts[Int(surface.part.rawValue)] += surface.triangles.count }
        return RenderedView(
            width: width, height: height, camera: camera,
            colour: try Image(width: width, height: height, pixels: copy(colour, 3 * count)),
            albedo: try Image(width: width, height: height, pixels: copy(albedo, 3 * count)),
            shading: copy(shading, count), depth: copy(depth, count),
            normal: copy(normal, count), region: copy(region, count), part: copy(part, count),
            person: copy(person, count), triangle: copy(triangle, count),
            barycentrics: copy(barycentrics, count), coordinate: copy(coordinate, count),
            triangleCounts: counts)
    }
}
