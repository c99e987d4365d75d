import Foundation
import World

/// People who are never trained on, rendered when they are first asked for: whoever has only the
/// models can measure them.
extension MiniatureRun {
    /// The people that figures are of.
    func heldOutData() throws -> PortraitData {
        let world = settings.world
        try makePortraits(
            "heldout", people: world.heldOutIdentities, views: world.views, seed: world.seed &+ 1)
        return try PortraitData("\(path)/cache/heldout.safetensors")
    }

    /// Scenes with several of them.
    func heldOutGroups() throws -> GroupData {
        let world = settings.world
        try makeGroups(
            "heldout-groups", pictures: world.heldOutGroups, people: world.heldOutIdentities,
            seed: world.seed &+ 1)
        return try GroupData("\(path)/cache/heldout-groups.safetensors")
    }

    /// Pictures of yet others that sets of samples are compared with, one a person.
    func references() throws -> PortraitData {
        let world = settings.world
        try makePortraits(
            "references", people: world.references, views: 1, seed: world.seed &+ 2)
        return try PortraitData("\(path)/cache/references.safetensors")
    }

    /// Pairs of pictures of people who were never trained on, of one or of two, with true
    /// correspondence.
    func matchingPairs(_ count: Int = 200, ofTwo: Bool = false) throws -> MatchingPairs {
        let path = "\(path)/cache/matching\(ofTwo ? "-two" : "").safetensors"
        let data = try heldOutData()
        let wanted = min(count, data.people)
        if FileManager.default.fileExists(atPath: path) {
            let pairs = try MatchingPairs(path)
            if pairs.count >= wanted, pairs.cells == settings.sizes.latentSide { return pairs }
        }
        try MatchingPairs.make(
            data, count: wanted, cells: settings.sizes.latentSide, ofTwo: ofTwo, to: path,
            progress: { reporting.counting(.world, $0, $1) }, shouldStop: reporting.shouldStop)
        return try MatchingPairs(path)
    }
}
