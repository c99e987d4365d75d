import Images

/// An upright box in a picture; pixels, x to the right, y down, edges anywhere.
public struct Box: Hashable, Sendable {
    /// The edge with the least x.
    public var left: Double
    /// The edge with the least y.
    public var top: Double
    /// The edge with the greatest x.
    public var right: Double
    /// The edge with the greatest y.
    public var bottom: Double

    /// A box; turned edges make it empty.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = left
        self.top = top
        self.right = right
        self.bottom = bottom
    }

    /// Square pixels; 0 for an empty box.
    public var area: Double { max(right - left, 0) * max(bottom - top, 0) }

    /// The side of a square of the same area: the size of a face.
    public var size: Double { area.squareRoot() }

    /// Intersection over union, 0...1; 0 where both are empty.
    public func overlap(with other: Box) -> Double {
        let common = Box(
            left: max(left, other.left), top: max(top, other.top), right: min(right, other.right),
            bottom: min(bottom, other.bottom)
        ).area
        let union = area + other.area - common
        return union > 0 ? common / union : 0
    }
}

/// A face that a detector reports.
public struct ScoredBox: Hashable, Sendable {
    /// Where.
    public var box: Box
    /// How sure the detector is; any scale, greater is surer.
    public var score: Double
    /// Eyes, nose and mouth corners, or other points in a fixed order; may be empty.
    public var landmarks: [Point]

    /// A detection.
    public init(_ box: Box, score: Double, landmarks: [Point] = []) {
        self.box = box
        self.score = score
        self.landmarks = landmarks
    }
}

/// A face that is there.
public struct TruthBox: Hashable, Sendable {
    /// Where.
    public var box: Box
    /// Points in the order of ``ScoredBox/landmarks``; may be empty.
    public var landmarks: [Point]
    /// Whether finding it is neither right nor wrong: too small, or mostly hidden.
    public var isIgnored: Bool

    /// A truth.
    public init(_ box: Box, landmarks: [Point] = [], isIgnored: Bool = false) {
        self.box = box
        self.landmarks = landmarks
        self.isIgnored = isIgnored
    }
}
