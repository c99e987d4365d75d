import Diffusion
import Foundation
import ICPortrait
import Images

/// A plan carried out: everybody put into the picture, one after the other.
struct PortraitWork {
    let plan: PortraitPlan
    let tools: PortraitTools
    let kind: SchedulerKind

    /// What one seed gave.
    struct Outcome {
        let seed: UInt64
        /// The whole picture.
        let picture: Image
        /// Of each place.
        var results: [PortraitResult]
        /// By recogniser A, the mean over all places; nil without one, or where a face was lost.
        let likeness: Double?
    }

    /// Makes the picture of a seed.
    ///
    /// - Parameters:
    ///   - seed: of masks and noise.
    ///   - shouldStop: asked after every step.
    ///   - progress: called with the seed's steps done and in all.
    /// - Returns: nil after a stop.
    /// - Throws: what the model and the networks throw.
    func run(
        seed: UInt64, shouldStop: () -> Bool, progress: (Int, Int) -> Void
    ) throws -> Outcome? {
        var picture = plan.reference.image
        var results: [PortraitResult] = []
        var scores: [Double?] = []
        for (number, place) in plan.places.enumerated() {
            let target = try place.reference.moved(to: picture)
            guard
                let result = try tools.model.portrait(
                    of: place.profile, among: place.photos, as: target, kind: kind, seed: seed,
                    shouldStop: shouldStop,
                    progress: { progress(number * $1 + $0, plan.places.count * $1) })
            else { return nil }
            picture = result.picture
            results.append(result)
            scores.append(try tools.likeness(of: result.portrait, to: place.profile))
        }
        let known = scores.compactMap { $0 }
        return Outcome(
            seed: seed, picture: picture, results: results,
            likeness: known.count == scores.count
                ? known.reduce(0, +) / Double(max(known.count, 1)) : nil)
    }
}
