import Faces
import Images

/// Everything known about a picture but its maps; written beside it as JSON.
///
/// Pixel coordinates are continuous: pixel (x, y) covers x ..< x + 1 and has its centre at x + 0.5.
public struct PortraitTruth: Codable, Equatable, Sendable {
    /// The version of the world that made it.
    public var world: UInt64
    /// Pixels a side.
    public var size: Int
    /// Who it is.
    public var person: Person
    /// How they are dressed, posed, lit and seen.
    public var look: Look
    /// EG3D's 25 scalars: camera to world, row by row, then normalised intrinsics.
    public var camera: [Float]
    /// Metres in one unit of the camera's translation.
    public var metresPerUnit: Float
    /// The head's own parameters.
    public var flame: Parameters
    /// What shone on it.
    public var light: LightRig
    /// Several ways to say what is seen, short to long.
    public var captions: [String]
    /// 68 points, x and y in pixels (``FaceLandmarks``).
    public var landmarks: [SIMD2<Float>]
    /// Whether the point's own place on the skin is seen, and not something before it.
    public var landmarksVisible: [Bool]
    /// Eyes, nose and corners of the mouth, the picture's left first: what faces are aligned by.
    public var points: [SIMD2<Float>]
    /// Left, top, right, bottom of the face from hairline to chin.
    public var faceBox: [Float]

    /// The face as a detector finds it: its points count from the centre of a pixel.
    public var face: DetectedFace { DetectedFace(truth: points, box: faceBox) }

    /// FLAME's parameters of the built-in head; angles in radians, axis-angle.
    public struct Parameters: Codable, Equatable, Sendable {
        /// `[64]`, standard deviations.
        public var shape: [Float]
        /// `[16]`, standard deviations.
        public var expression: [Float]
        /// The head on the shoulders.
        public var neck: SIMD3<Float>
        /// x opens the mouth.
        public var jaw: SIMD3<Float>
        /// The left eye in the head.
        public var leftEye: SIMD3<Float>
        /// The right eye in the head.
        public var rightEye: SIMD3<Float>
        /// How far the left and the right lid are closed, 0...1.
        public var eyelids: SIMD2<Float>
    }
}

extension Portrait {
    /// The truth beside the picture.
    public func truth() -> PortraitTruth {
        let face = FaceTruth(
            of: scene.head.positions, in: view, person: 1, tolerance: 0.008)
        return PortraitTruth(
            world: WorldRandom.worldVersion, size: view.width, person: person, look: look,
            camera: view.camera.eg3dScalars, metresPerUnit: Camera.metresPerUnit,
            flame: .init(scene.pose), light: LightRig(look),
            captions: Caption.list(of: person, look), landmarks: face.landmarks,
            landmarksVisible: face.landmarksVisible, points: face.points, faceBox: face.faceBox)
    }
}

extension DetectedFace {
    /// Pixels begin at corners in a truth, at centres everywhere else.
    init(truth points: [SIMD2<Float>], box: [Float]) {
        let sides = box.map(Double.init)
        self.init(
            box: FaceBox(left: sides[0], top: sides[1], right: sides[2], bottom: sides[3]),
            score: 1, points: points.map { Point(Double($0.x) - 0.5, Double($0.y) - 0.5) })
    }
}

extension PortraitTruth.Parameters {
    init(_ pose: HeadPoser.Pose) {
        self.init(
            shape: pose.shape, expression: pose.expression, neck: pose.neck, jaw: pose.jaw,
            leftEye: pose.eyes.0, rightEye: pose.eyes.1, eyelids: pose.eyelids)
    }
}

extension Caption {
    /// Several ways to say what is seen, short to long.
    static func list(of person: Person, _ look: Look) -> [String] {
        Caption.Length.allCases.flatMap { length in
            (0..<2).map { Caption(of: person, look, length, variant: $0).text }
        }
    }
}
