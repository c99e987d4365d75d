import Foundation

/// Takes portraits of the world's people. One for each thread.
///
/// ```swift
/// let studio = try Studio()
/// let sitter = try studio.sitter(Person(seed: 1, index: 0), detail: .fine)
/// let portrait = try studio.portrait(of: sitter, Look(of: sitter.person, view: 0), size: 512)
/// ```
public final class Studio {
    let renderer: Renderer
    let poser: HeadPoser

    /// - Throws: ``RenderError`` when Embree does not start; `TorchError`.
    public init() throws {
        renderer = try Renderer()
        poser = try HeadPoser()
    }

    /// Makes a person's geometry and paint.
    public func sitter(_ person: Person, detail: Sitter.Detail) throws -> Sitter {
        try Sitter(person, poser: poser, detail: detail)
    }

    /// How a picture is taken.
    public struct Quality: Equatable, Sendable {
        /// Rays through each pixel.
        public var samples: Int
        /// To each lamp.
        public var shadowRays: Int
        /// For the light of the surroundings.
        public var ambientRays: Int

        /// Four samples a pixel: for training.
        public static var draft: Quality { Quality(samples: 4, shadowRays: 4, ambientRays: 4) }
        /// One, and no light: for what is where.
        public static var geometry: Quality { Quality(samples: 1, shadowRays: 0, ambientRays: 0) }
        /// Sixteen: for looking at.
        public static var final: Quality { Quality(samples: 16, shadowRays: 4, ambientRays: 4) }
    }

    /// A portrait with its truth.
    ///
    /// - Parameters:
    ///   - sitter: who.
    ///   - look: how.
    ///   - size: pixels a side.
    ///   - quality: how finely.
    ///   - threads: worker threads of this picture; any number gives the same bytes.
    /// - Returns: the picture, and everything it was made from.
    /// - Throws: ``RenderError``, `TorchError`.
    public func portrait(
        of sitter: Sitter, _ look: Look, size: Int, quality: Quality = .draft, threads: Int = 1
    ) throws -> Portrait {
        let scene = try scene(of: sitter, look)
        let options = RenderOptions(
            width: size, height: size, samplesPerPixel: quality.samples,
            shadowRays: quality.shadowRays, ambientRays: quality.ambientRays,
            seed: UInt32(truncatingIfNeeded: look.view), threads: threads)
        let (view, times) = try renderer.timedRender(
            scene.surfaces, camera: Camera(look.camera), light: LightRig(look),
            backdrop: Backdrop(look.backdrop), options: options)
        return Portrait(person: sitter.person, look: look, scene: scene, view: view, times: times)
    }

    /// Where the points that one portrait shows are in another.
    ///
    /// Every mesh of one person corresponds; of two people the heads do.
    public func correspondence(from a: Portrait, to b: Portrait) throws -> Correspondence {
        let same = a.person.seed == b.person.seed && a.person.index == b.person.index
        let head: [Part] = [.head, .leftEye, .rightEye, .teeth, .tongue]
        return try renderer.correspondence(
            from: a.view, to: b.view, surfaces: b.scene.surfaces, parts: same ? nil : head)
    }

    /// Eyes, nose and corners of the mouth of a person at rest, metres; the person's right first.
    package func alignmentPoints(of person: Person) throws -> [SIMD3<Float>] {
        let shape = poser.head.shapeCoefficients(FaceSettings(person))
        return FaceTruth.alignmentPoints(
            of: try poser.posed(HeadPoser.Pose(shape: shape)).positions)
    }

    /// The posed meshes of a look.
    public func scene(of sitter: Sitter, _ look: Look) throws -> PosedScene {
        let pose = HeadPoser.Pose(look, shape: sitter.shape, head: poser.head)
        let posed = try poser.posed(pose)
        return PosedScene(
            surfaces: surfaces(of: sitter, look, posed), pose: pose, head: posed)
    }

    private func surfaces(of sitter: Sitter, _ look: Look, _ posed: PosedHead) -> [Surface] {
        let eye = sitter.eye(pupil: look.gaze.pupil)
        let own = poser.head.pieces.map { piece in
            let first = UInt32(piece.vertices.lowerBound)
            return Surface(
                part: piece.part, positions: Array(posed.positions[piece.vertices]),
                normals: Array(posed.normals[piece.vertices]),
                coordinates: Array(poser.head.coordinates[piece.vertices]),
                triangles: poser.head.triangles[piece.triangles].map { $0 &- first },
                material: material(of: piece.part, sitter, look, eye: eye))
        }
        return own + sitter.worn(look, posed, head: poser.head)
    }

    private func material(
        of part: Part, _ sitter: Sitter, _ look: Look, eye: Texture
    ) -> Material {
        let person = sitter.person
        switch part {
        case .leftEye, .rightEye:
            return Material(
                model: .glossy, albedo: [0.8, 0.8, 0.8], specular: 1, roughness: 0.04,
                region: .eyes,
                texture: eye)
        case .teeth:
            return Material(
                model: .glossy, albedo: [0.8, 0.78, 0.7], specular: 0.5, roughness: 0.2,
                region: .mouth,
                texture: sitter.teeth)
        case .tongue:
            return Material(
                model: .skin, albedo: [0.45, 0.13, 0.12], specular: 0.5, roughness: 0.3,
                region: .mouth)
        default:
            return Material(
                model: .skin, albedo: person.skin.albedo, specular: 0.4, roughness: 0.5,
                region: .skin, texture: sitter.skin(look.makeUp))
        }
    }
}

/// The meshes of a picture and the pose that they are in.
public struct PosedScene: Sendable {
    /// At most one of each part, metres.
    public let surfaces: [Surface]
    let pose: HeadPoser.Pose
    package let head: PosedHead
}

/// A picture with everything known about it.
public struct Portrait: Sendable {
    /// Who it is.
    public let person: Person
    /// How.
    public let look: Look
    /// What was rendered.
    public let scene: PosedScene
    /// The picture and its maps.
    public let view: RenderedView
    /// Where the time went.
    public let times: RenderTimes
}
