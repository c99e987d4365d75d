import Foundation

/// A person made into geometry and paint: what stays the same from picture to picture.
///
/// Made once and then posed by a ``Studio`` for each ``Look``.
public final class Sitter {
    public let person: Person
    /// The fineness that textures and hair were made for.
    public let detail: Detail
    /// FLAME's shape coefficients, in standard deviations.
    public let shape: [Float]
    /// The face at rest.
    let rest: PosedHead
    private var skins: [(makeUp: Look.MakeUp, texture: Texture)] = []

    /// How fine textures and hair are.
    public enum Detail: Sendable {
        /// For pictures of about 128 pixels.
        case coarse
        /// For pictures of 512 pixels and more.
        case fine

        /// What suits pictures with sides of `size` pixels.
        public init(size: Int) { self = size > 256 ? .fine : .coarse }

        var skinTexels: Int { self == .fine ? 1024 : 320 }
        var eyeTexels: Int { self == .fine ? 384 : 128 }
    }

    init(_ person: Person, poser: HeadPoser, detail: Detail) throws {
        self.person = person
        self.detail = detail
        shape = poser.head.shapeCoefficients(FaceSettings(person))
        rest = try poser.posed(HeadPoser.Pose(shape: shape))
    }

    /// The painted skin; the last few kinds of make-up are kept.
    func skin(_ makeUp: Look.MakeUp) -> Texture {
        if let known = skins.first(where: { $0.makeUp == makeUp }) { return known.texture }
        let painter = SkinPainter(person: person, makeUp: makeUp)
        let texture = painter.painted(size: detail.skinTexels)
        if skins.count == 4 { skins.removeFirst() }
        skins.append((makeUp, texture))
        return texture
    }
}
