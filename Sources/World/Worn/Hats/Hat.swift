import Foundation

/// A hat fitted to a head at rest; moves rigidly with the skull.
package struct Hat {
    package let surface: Surface
    package let shell: HatShell

    /// Nil when no hat is worn.
    package init?(_ hat: Look.Hat, _ person: Person, _ wearer: WearersHead) {
        let room = Self.room(person)
        switch hat.style {
        case .none: return nil
        case .beanie: self = .beanie(hat.colour.linear, wearer, room: room)
        case .cap: self = .cap(hat.colour.linear, wearer, room: room)
        case .brimmed: self = .brimmed(hat.colour.linear, wearer, room: room)
        case .headscarf: self = .headscarf(hat.colour.linear, wearer, room: room)
        }
    }

    init(surface: Surface, shell: HatShell) {
        self.surface = surface
        self.shell = shell
    }

    /// Whether a point (metres, head at rest) lies where the hat covers it: hair there is dropped.
    package func covers(_ point: SIMD3<Float>) -> Bool { shell.covers(point) }

    /// What hair takes up under a hat, millimetres.
    static func room(_ person: Person) -> Float {
        switch person.hair.style {
        case .bald, .shaved: 0.5
        case .buzz: 1.5
        case .crew, .pixie: 3
        case .afro: 9
        default: 3.5 + 3.5 * person.hair.volume
        }
    }

    /// A rim that is `front`, `side` and `back` millimetres down the chart.
    static func rim(
        front: Double, side: Double, back: Double
    ) -> @Sendable (Double) -> Double {
        { angle in
            let c = cos(angle)
            return c > 0
                ? side + (front - side) * pow(c, 1.4) : side + (back - side) * pow(-c, 1.4)
        }
    }
}
