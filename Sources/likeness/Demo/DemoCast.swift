import Checkpoints
import ICPortrait
import Images
import World

/// Who plays in the demo: three people, and the pictures of four others that they are put into, all
/// rendered now. Chosen before anything was made of them.
struct DemoCast {
    /// A face of a reference and whose it becomes.
    struct Place {
        /// From the left, from 1.
        let face: Int
        /// The profile photo's file.
        let profile: String
    }

    /// One reference.
    struct Scene {
        /// Files in the demo's folder.
        let reference, portrait: String
        let places: [Place]
        /// The answer.
        let key: Image

        /// The command that makes the same picture.
        func command(seed: UInt64) -> String {
            let profiles = places.map {
                places.count > 1 ? "--profile \($0.face)=\($0.profile)" : "--profile \($0.profile)"
            }
            return "likeness generate \(profiles.joined(separator: " ")) --reference \(reference) "
                + "--seed \(seed) -o \(portrait)"
        }
    }

    let scenes: [Scene]

    /// A world that no model has learned from.
    private static let world: UInt64 = 2
    /// The profile photos.
    private static let people = [("anna", 14), ("ben", 10), ("cleo", 20)]

    /// Renders everybody and writes profile photos, references and answer keys.
    ///
    /// - Parameters:
    ///   - folder: where to.
    ///   - side: pixels of a portrait's side.
    /// - Throws: `RenderError`, `ImageError`, `CheckpointError`.
    init(in folder: String, side: Int) throws {
        let studio = try Studio()
        let codec = try VipsCodec()
        func write(_ image: Image, _ name: String) throws {
            try AtomicFile.write(codec.encode(image, as: .png()), to: "\(folder)/\(name)")
        }
        func sitter(_ index: Int) throws -> Sitter {
            try studio.sitter(Person(seed: Self.world, index: index), detail: .init(size: side))
        }
        var sitters: [Sitter] = []
        for (name, index) in Self.people {
            let sitter = try sitter(index)
            sitters.append(sitter)
            let look = Look(of: sitter.person, view: 0)
            try write(studio.portrait(of: sitter, look, size: side).view.colour, "\(name).png")
        }
        var scenes: [Scene] = []
        for (place, other) in [(0, 6), (1, 18)] {
            let name = Self.people[place].0
            let look = Look(of: Person(seed: Self.world, index: other), view: 0)
            let shown = try studio.portrait(of: sitter(other), look, size: side)
            try write(shown.view.colour, "reference-\(place + 1).png")
            let key = try studio.portrait(of: sitters[place], look, size: side).view.colour
            scenes.append(
                Scene(
                    reference: "reference-\(place + 1).png", portrait: "\(name)-portrait.png",
                    places: [.init(face: 1, profile: "\(name).png")], key: key))
        }
        let guests = try [4, 15].map(sitter)
        var plan = GroupPlan(of: guests.map(\.person), seed: Self.world, index: 0)
        // Near enough to see who it is.
        (plan.framing.closeness, plan.framing.place) = (0.8, SIMD2(0.5, 0.5))
        let group = try studio.group(plan, of: guests, width: side * 3, height: side * 2)
        try write(group.view.colour, "reference-3.png")
        // The very scene with others in it.
        var scene = group.scene
        for (member, sitter) in zip(scene.members.indices, sitters.suffix(2)) {
            scene.members[member].person = sitter.person
        }
        let key = try studio.group(scene, of: sitters, width: side * 3, height: side * 2)
        scenes.append(
            Scene(
                reference: "reference-3.png", portrait: "ben-and-cleo-portrait.png",
                places: [.init(face: 1, profile: "ben.png"), .init(face: 2, profile: "cleo.png")],
                key: key.view.colour))
        for (number, scene) in scenes.enumerated() {
            try write(scene.key, "key-\(number + 1).png")
        }
        self.scenes = scenes
    }
}
