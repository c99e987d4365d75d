import Images

/// A face that a detector found in a picture.
public struct DetectedFace: Hashable, Sendable {
    /// Where it is.
    public var box: FaceBox
    /// How sure the detector is, 0...1.
    public var score: Double
    /// The eyes, the nose's tip and the mouth's corners, the left of the picture first: what
    /// ``FaceAlignment`` takes. Pixels.
    public var points: [Point]

    /// A face.
    public init(box: FaceBox, score: Double, points: [Point]) {
        self.box = box
        self.score = score
        self.points = points
    }
}

/// A box around a face, pixels; it may stick out of the picture.
public struct FaceBox: Hashable, Sendable {
    /// The edges.
    public var left, top, right, bottom: Double

    /// A box from its edges.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    /// Right less left.
    public var width: Double { right - left }
    /// Bottom less top.
    public var height: Double { bottom - top }
    /// Width times height; 0 for a box inside out.
    public var area: Double { max(width, 0) * max(height, 0) }
    /// The middle.
    public var centre: Point { Point((left + right) / 2, (top + bottom) / 2) }

    /// The shared part of two boxes' union, 0...1.
    ///
    /// - Parameter other: another box of the same picture.
    /// - Returns: intersection over union; 0 for boxes without an area.
    public func overlap(_ other: FaceBox) -> Double {
        let common = FaceBox(
            left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
            bottom: min(bottom, other.bottom)
        ).area
        let union = area + other.area - common
        return union > 0 ? common / union : 0
    }
}

/// In which order faces are given.
public enum FaceOrder: String, Hashable, Sendable, CaseIterable {
    /// By the middle of their boxes.
    case leftToRight = "left-to-right"
    /// The largest box first.
    case bySize = "size"
    /// The surest first.
    case byScore = "score"

    /// Faces in this order; those that tie stay as they were.
    public func sorted(_ faces: [DetectedFace]) -> [DetectedFace] {
        switch self {
        case .leftToRight: faces.sorted { $0.box.centre.x < $1.box.centre.x }
        case .bySize: faces.sorted { $0.box.area > $1.box.area }
        case .byScore: faces.sorted { $0.score > $1.score }
        }
    }
}
