import Foundation

/// Clothes for a head at rest; they stay where they are while the head turns.
package enum Clothes {
    /// A garment with nothing sewn yet, with the person's own folds.
    static func garment(
        _ clothes: Look.Clothes, _ person: Person, _ wearer: WearersHead
    ) -> Garment {
        var random = SplitMix64(state: person.seed &+ UInt64(bitPattern: Int64(person.index)))
        return Garment(clothes.style, wearer, phase: Float(6.28 * random.unit()))
    }

    package static func surface(
        _ clothes: Look.Clothes, _ person: Person, _ wearer: WearersHead
    ) -> Surface {
        var garment = garment(clothes, person, wearer)
        garment.addBody()
        switch clothes.style {
        case .crewneck: garment.addRib()
        case .turtleneck: garment.addRoll()
        case .shirt:
            garment.addShirtCollar()
            garment.addButtons([240, 276, 316], off: 7)
        case .blouse: break
        case .hoodie:
            garment.addRib()
            garment.addHood()
            garment.addStrings()
        case .suit:
            garment.addShirtFront()
            garment.addShirtCollar(gap: clothes.hasTie ? 0.12 : 0.2)
            garment.addLapels()
            if clothes.hasTie { garment.addTie() }
        case .dress: garment.addStraps()
        }
        return garment.mesh.surface(
            .clothes,
            Weave.material(
                .clothes, clothes.colour.linear, ClothesTexture.painted(clothes)))
    }
}
