import Checkpoints
import Faces

/// Everything known about a picture of several people but its maps; written beside it as JSON.
///
/// Pixel coordinates as in ``PortraitTruth``. Rendering ``scene`` again gives the picture's bytes.
public struct GroupTruth: Codable, Equatable, Sendable {
    /// The version of the world that made it.
    public var world: UInt64
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Metres in one unit of the camera's translation.
    public var metresPerUnit: Float
    /// Who, where and how; camera, light and backdrop.
    public var scene: GroupScene
    /// What is seen of each member, in the scene's order: from the left of the picture to its right.
    public var faces: [Face]

    /// One person in the picture.
    public struct Face: Codable, Equatable, Sendable {
        /// The value of this person's pixels in the person map, from 1.
        public var person: Int
        /// The head's own parameters; the neck's turn is on the turned shoulders.
        public var flame: PortraitTruth.Parameters
        /// Several ways to say what is seen of this one, short to long.
        public var captions: [String]
        /// 68 points, x and y in pixels (``FaceLandmarks``).
        public var landmarks: [SIMD2<Float>]
        /// Whether the point's own place on the skin is seen: neither outside the picture nor behind
        /// anything or anybody.
        public var landmarksVisible: [Bool]
        /// Eyes, nose and corners of the mouth: what faces are aligned by.
        public var points: [SIMD2<Float>]
        /// Left, top, right, bottom of the face from hairline to chin; it may reach out of the
        /// picture.
        public var faceBox: [Float]
        /// How much of the face's side that is turned to the camera lies in the picture and not
        /// behind somebody else, 0...1; hair, glasses and hats are one's own.
        public var visibleShare: Float
        /// Pixels of this person.
        public var pixels: Int

        /// The face as a detector finds it: its points count from the centre of a pixel.
        public var face: DetectedFace { DetectedFace(truth: points, box: faceBox) }
    }
}

extension GroupPortrait {
    /// The truth beside the picture.
    public func truth() -> GroupTruth {
        GroupTruth(
            world: WorldRandom.worldVersion, width: view.width, height: view.height,
            metresPerUnit: Camera.metresPerUnit, scene: scene,
            faces: people.indices.map(face))
    }

    private func face(_ i: Int) -> GroupTruth.Face {
        let (member, body) = (scene.members[i], people[i])
        let number = UInt8(clamping: i + 1)
        // Pixels of small faces are coarser than a portrait's: skin slopes more in one of them.
        let way = view.camera.toCamera(member.place - view.camera.position).z
        let pixel = way / (view.camera.focal.y * Float(view.height))
        let truth = FaceTruth(
            of: body.head.positions, in: view, person: number, tolerance: max(0.008, 1.5 * pixel))
        return GroupTruth.Face(
            person: i + 1, flame: .init(body.pose),
            captions: Caption.list(of: member.person, member.look),
            landmarks: truth.landmarks, landmarksVisible: truth.landmarksVisible,
            points: truth.points, faceBox: truth.faceBox,
            visibleShare: visibleShare(of: body.head, number),
            pixels: view.person.reduce(0) { $0 + ($1 == number ? 1 : 0) })
    }

    private func visibleShare(of head: PosedHead, _ number: UInt8) -> Float {
        var (seen, turned) = (0, 0)
        for vertex in BuiltInHead.shared.faceVertices {
            let point = head.positions[vertex]
            let way = Vector.unit(view.camera.position - point)
            guard Vector.dot(way, head.normals[vertex]) > 0.2 else { continue }
            turned += 1
            guard
                let spot = view.camera.project(point, width: view.width, height: view.height),
                let place = FaceTruth.place(spot.pixel, view)
            else { continue }
            seen += view.person[place] == number ? 1 : 0
        }
        return turned > 0 ? Float(seen) / Float(turned) : 0
    }
}

/// The maps that may be stored with a picture of several people.
public enum GroupMap: String, CaseIterable, Sendable {
    /// `uint8 [H, W]`: raw values of ``Region``.
    case region
    /// `uint8 [H, W]`: who is seen, counted from 1 from the left; 0 for nobody.
    case person
}

extension GroupPortrait {
    /// The chosen maps as tensors.
    func tensors(_ maps: [GroupMap]) -> [TensorSource] {
        maps.map { map in
            TensorSource(
                name: map.rawValue, dtype: .uint8, shape: [view.height, view.width],
                bytes: map == .region ? view.region : view.person)
        }
    }
}
