import ArgumentParser
import World

/// A picture of the world named on the command line: `PERSON/VIEW` of a seed, or `DIR:INDEX`, a
/// sample of a data set.
struct SampleReference: ExpressibleByArgument {
    let text: String

    init?(argument: String) { text = argument }

    struct Found {
        let person: Person
        let look: Look
        /// Pixels a side, if the sample says so.
        let size: Int?
        /// The stored picture's bytes.
        let picture: [UInt8]?
    }

    /// Finds the person and the look.
    ///
    /// - Parameters:
    ///   - seed: of `PERSON/VIEW`.
    ///   - range: of its camera.
    /// - Returns: who and how; of a stored sample its size and picture too.
    /// - Throws: `CommandError` for a text that names nothing; `ShardError`; `DecodingError`.
    func found(seed: UInt64, range: ViewRange) throws -> Found {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false)
        if numbers.count == 2, let index = Int(numbers[0]), let view = Int(numbers[1]), index >= 0,
            view >= 0
        {
            let person = Person(seed: seed, index: index)
            let look = Look(of: person, view: view, in: range)
            return Found(person: person, look: look, size: nil, picture: nil)
        }
        let (sample, json) = try stored()
        if let group = try? StableJSON.decode(GroupTruth.self, from: json) {
            throw CommandError(
                "\(text): expected a portrait, found a picture of \(group.faces.count) people; "
                    + "look at it with: likeness world show",
                code: Failure.badInput)
        }
        let truth = try StableJSON.decode(PortraitTruth.self, from: json)
        return Found(
            person: truth.person, look: truth.look, size: truth.size, picture: sample["png"])
    }

    /// The truth and the picture of a stored group; nil for anything else.
    func group() throws -> (truth: GroupTruth, picture: [UInt8]?)? {
        guard text.contains(":") else { return nil }
        let (sample, json) = try stored()
        return (try? StableJSON.decode(GroupTruth.self, from: json)).map { ($0, sample["png"]) }
    }

    /// The sample that `DIR:INDEX` names.
    private func stored() throws -> (sample: Sample, json: [UInt8]) {
        guard let colon = text.lastIndex(of: ":"),
            let index = Int(text[text.index(after: colon)...])
        else {
            throw CommandError(
                "\(text): expected PERSON/VIEW, as in 12/0, or a data set's DIR:INDEX; found neither",
                code: Failure.badInput)
        }
        let reader = try ShardReader(folder: String(text[..<colon]))
        guard (0..<reader.count).contains(index) else {
            throw CommandError(
                "\(text): expected a sample from 0 to \(reader.count - 1), found \(index)",
                code: Failure.badInput)
        }
        let stream = try reader.stream()
        var next = try stream.next()
        for _ in 0..<index { next = try stream.next() }
        guard let sample = next else {
            throw CommandError(
                "\(text): expected a sample there, found none", code: Failure.badInput)
        }
        guard let json = sample["json"] else {
            throw CommandError(
                "\(text): expected a sample with a json member, found "
                    + sample.members.map(\.suffix).joined(separator: ", "), code: Failure.badInput)
        }
        return (sample, json)
    }
}
