/// Everything that is worn, as surfaces for a head.
package enum Worn {
    /// What moves rigidly with the skull: glasses, hat, ear-rings.
    ///
    /// - Parameters:
    ///   - look: what is worn.
    ///   - person: whose hair hats leave room for.
    ///   - rest: the person's head at rest, in metres.
    ///   - head: whose topology that is.
    ///   - skull: how the head will be moved, so that ear-rings then hang straight down.
    /// - Returns: surfaces for the head at rest; move them by ``RigidMotion/moved(_:)``.
    package static func rigid(
        look: Look, person: Person, rest: PosedHead, head: BuiltInHead,
        skull: RigidMotion = RigidMotion(axisAngle: .zero, pivot: .zero)
    ) -> [Surface] {
        let wearer = WearersHead(rest, head)
        var result: [Surface] = []
        if look.glasses.style != .none {
            let glasses = Glasses(look.glasses.style, wearer)
            result.append(glasses.frame(look.glasses.colour))
            result.append(glasses.lenses(look.glasses.style, look.glasses.colour))
        }
        if let hat = Hat(look.hat, person, wearer) { result.append(hat.surface) }
        let coversEars = look.hat.style == .headscarf
        if !coversEars, let rings = EarRings.surface(look.earRings, wearer, skull: skull) {
            result.append(rings)
        }
        return result
    }

    /// What stays on the shoulders: clothes.
    package static func fixed(
        look: Look, person: Person, rest: PosedHead, head: BuiltInHead
    ) -> [Surface] {
        [Clothes.surface(look.clothes, person, WearersHead(rest, head))]
    }

    /// The cap volume of the hat that is worn, in which hair is dropped or pressed down; or nil.
    package static func hatShell(
        look: Look, person: Person, rest: PosedHead, head: BuiltInHead
    ) -> HatShell? {
        Hat(look.hat, person, WearersHead(rest, head))?.shell
    }
}
