import Foundation

/// A person made into geometry and paint: what stays the same from picture to picture.
///
/// Made once and then posed by a ``Studio`` for each ``Look``.
public final class Sitter {
    /// Who sits.
    public let person: Person
    /// The fineness that textures and hair were made for.
    public let detail: Detail
    /// FLAME's shape coefficients, in standard deviations.
    public let shape: [Float]
    /// The face at rest.
    let rest: PosedHead
    /// Hair on the head at rest; it moves with the skull.
    let hair: Surface?
    /// Painted arches of teeth.
    let teeth: Texture
    private var dressed: (clothes: Look.Clothes, surfaces: [Surface])?
    private var eye: (pupil: Float, texture: Texture)?
    private lazy var roots = SkinRoots(of: person, size: detail.skinTexels)
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
        teeth = EyePainter.teeth(shade: person.mouth.teethShade, size: detail.eyeTexels)
        hair = Hair.surface(
            for: person, on: rest, head: poser.head, detail: detail == .fine ? .full : .low)
    }

    /// Everything on the skin and before it, for a look.
    func worn(_ look: Look, _ posed: PosedHead, head: BuiltInHead) -> [Surface] {
        var result = Worn.rigid(
            look: look, person: person, rest: rest, head: head, skull: posed.skull
        ).map(posed.skull.moved)
        result += clothes(look, head)
        result.append(
            Lashes.surface(for: person, on: posed, head: head, eyeLiner: look.makeUp.eyeLiner))
        if let hair { result.append(posed.skull.moved(tucked(hair, look, head))) }
        let beard = Beard.surface(
            for: person, on: posed, head: head, detail: detail == .fine ? .full : .low)
        if let beard { result.append(beard) }
        return result
    }

    /// Clothes do not move with the head: those worn last are kept, as groups pose twice.
    private func clothes(_ look: Look, _ head: BuiltInHead) -> [Surface] {
        if let dressed, dressed.clothes == look.clothes { return dressed.surfaces }
        let surfaces = Worn.fixed(look: look, person: person, rest: rest, head: head)
        dressed = (look.clothes, surfaces)
        return surfaces
    }

    /// The painted eyeballs; the last ones are kept.
    func eye(pupil: Float) -> Texture {
        if let eye, eye.pupil == pupil { return eye.texture }
        let texture = EyePainter.painted(person.eyes, pupil: pupil, size: detail.eyeTexels)
        eye = (pupil, texture)
        return texture
    }

    /// Hair under a hat, drawn into the skull: gone from sight, with the same vertices.
    private func tucked(_ hair: Surface, _ look: Look, _ head: BuiltInHead) -> Surface {
        guard
            let shell = Worn.hatShell(look: look, person: person, rest: rest, head: head)
        else { return hair }
        let middle = BuiltInHead.metres([0, 30, -8])
        var result = hair
        for i in hair.positions.indices where shell.covers(hair.positions[i]) {
            result.positions[i] = middle + (hair.positions[i] - middle) * 0.55
        }
        return result
    }

    /// The painted skin; the last few kinds of make-up are kept.
    func skin(_ makeUp: Look.MakeUp) -> Texture {
        if let known = skins.first(where: { $0.makeUp == makeUp }) { return known.texture }
        let texture = SkinPainter(person: person, makeUp: makeUp, roots: roots).painted()
        if skins.count == 4 { skins.removeFirst() }
        skins.append((makeUp, texture))
        return texture
    }
}
