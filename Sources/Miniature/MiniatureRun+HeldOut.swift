import Foundation
import World

/// What only evaluation needs is made when it is first asked for.
extension MiniatureRun {
    /// Scenes with several people who were never trained on.
    func heldOutGroups() throws -> GroupData {
        let path = "\(path)/cache/heldout-groups.safetensors"
        if !isCached(path) { try finished(makeGroups()) }
        return try GroupData(path)
    }

    /// Pictures that sets of samples are compared with, one a person.
    func references() throws -> PortraitData {
        let path = "\(path)/cache/references.safetensors"
        if !isCached(path) {
            try makePortraits(
                "references", people: settings.world.references, views: 1,
                seed: settings.world.seed &+ 2)
        }
        return try PortraitData(path)
    }

    /// Pairs of pictures of people who were never trained on, with true correspondence.
    func matchingPairs(_ count: Int = 200) throws -> MatchingPairs {
        let path = "\(path)/cache/matching.safetensors"
        let data = try heldOutData()
        let wanted = min(count, data.people)
        if FileManager.default.fileExists(atPath: path) {
            let pairs = try MatchingPairs(path)
            if pairs.count >= wanted, pairs.cells == settings.sizes.latentSide { return pairs }
        }
        try MatchingPairs.make(
            data, count: wanted, cells: settings.sizes.latentSide, to: path,
            progress: { reporting.counting(.world, $0, $1) }, shouldStop: reporting.shouldStop)
        return try MatchingPairs(path)
    }

    private func finished(_ isComplete: Bool) throws {
        if !isComplete { throw CancellationError() }
    }
}
