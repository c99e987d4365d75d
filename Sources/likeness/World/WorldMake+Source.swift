import ArgumentParser
import World

/// How many people a picture shows: `2`, or `1...4`.
struct PeopleCount: ExpressibleByArgument {
    let range: ClosedRange<Int>

    init?(argument: String) {
        let ends = argument.replacing("...", with: " ").split(separator: " ").map { Int($0) }
        guard let first = ends.first, let low = first, let last = ends.last, let high = last,
            ends.count <= 2, low <= high
        else { return nil }
        range = low...high
    }
}

extension WorldMake {
    /// What the options ask for.
    ///
    /// - Throws: `ValidationError` for options that contradict each other or are out of range.
    func source() throws -> any SampleSource {
        do {
            guard let people else { return try portraits() }
            return try groups(of: people.range)
        } catch let error as WorldError {
            throw ValidationError("--\(error.description)")
        }
    }

    private func portraits() throws -> WorldSource {
        if pictures != nil || width != nil {
            throw ValidationError(
                "--pictures and --width are for groups: give --people too, as in --people 1...4.")
        }
        var options = WorldSource.Options(identities: identities, views: views ?? 4, size: size)
        options.maps = try chosen(TruthMap.self)
        if wide { options.range = .wide }
        return try WorldSource(options, seed: seed)
    }

    private func groups(of people: ClosedRange<Int>) throws -> GroupSource {
        if wide || views != nil {
            throw ValidationError(
                "--views and --wide are for portraits: leave them out, or leave out --people.")
        }
        guard let pictures else {
            throw ValidationError("--people: expected --pictures too, how many to make")
        }
        var options = GroupSource.Options(
            pictures: pictures, people: people, identities: identities,
            width: width ?? 3 * size / 2, height: size)
        options.maps = try chosen(GroupMap.self)
        return try GroupSource(options, seed: seed)
    }

    private func chosen<Map: CaseIterable & RawRepresentable>(
        _ kind: Map.Type
    ) throws -> [Map] where Map.RawValue == String {
        guard let maps else { return Array(Map.allCases) }
        if maps == "none" { return [] }
        return try maps.split(separator: ",").map { name in
            guard let map = Map(rawValue: String(name)) else {
                throw ValidationError(
                    "--maps: expected names of "
                        + Map.allCases.map(\.rawValue).joined(separator: ", ")
                        + ", or none; found \(name)")
            }
            return map
        }
    }
}
