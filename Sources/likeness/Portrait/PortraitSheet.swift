import Checkpoints
import Foundation
import ICPortrait
import Images
import Layers
import Torch

/// What a portrait was made through, as pictures and one labelled sheet of them.
struct PortraitSheet {
    private var parts: [(name: String, image: Image)] = []
    private let sheet: ContactSheet
    private let tools: PortraitTools

    init(_ plan: PortraitPlan, _ outcome: PortraitWork.Outcome, _ tools: PortraitTools) throws {
        self.tools = tools
        let rounds = outcome.results.map(\.rounds.count).max() ?? 0
        var sheet = ContactSheet(
            title: plan.reference.file.name,
            columns: [
                "reference", "seen of it", "profile", "match", "warped profile", "mutual",
            ] + (0..<rounds).map { "round \($0 + 1)" })
        for (index, (place, result)) in zip(plan.places, outcome.results).enumerated() {
            let number = place.person.face ?? index + 1
            let drawn = try result.match.map { try MatchPicture($0, place.profile.image) }
            let images: [(String, Image?)] =
                [
                    ("reference", place.reference.image), ("visible", result.visible),
                    ("profile", place.profile.image), ("match", drawn?.flow),
                    ("warped", drawn?.warped), ("confidence", drawn?.mutual),
                ] + result.rounds.enumerated().map { ("round-\($0 + 1)", $1) }
            for (name, image) in images {
                guard let image else { continue }
                parts.append(("face-\(number)-\(name).png", image))
            }
            sheet.addRow(images.map(\.1), label: "face \(number)")
        }
        self.sheet = sheet
    }

    /// Writes all of them into a folder.
    func write(to folder: String) throws {
        for part in parts {
            try AtomicFile.write(tools.encoded(part.image), to: "\(folder)/\(part.name)")
        }
        try AtomicFile.write(tools.encoded(sheet.rendered()), to: "\(folder)/sheet.png")
    }
}

/// A match as pictures.
struct MatchPicture {
    /// Where each place of the target lies in the profile: directions as colours.
    let flow: Image
    /// The profile drawn in the target's place by the flow.
    let warped: Image
    /// White where following a match there and back ends where it began; nil of a given flow.
    let mutual: Image?

    init(_ match: PortraitMatch, _ profile: Image) throws {
        let side = profile.width
        (flow, warped, mutual) = try noGrad {
            let wide = try match.flow.resized(to: [side, side])
            let cells: [Float] = try wide.cells[0].to(.float32).to(.cpu).contiguous().toArray()
            let moved = try wide.warp(
                profile.tensor(device: wide.cells.device).unsqueezed(0))
            let shown = try match.cycleDistance().map { distance -> Image in
                let reach = Double(max(distance.shape[2], distance.shape[3])) * 0.1
                // 1 for mutual matches, 0 for those a tenth of the picture off.
                let share = try (1 - distance / reach).clamped(min: 0, max: 1)
                let wide = try interpolate(share, size: [side, side], mode: .nearest) * 2 - 1
                return try Image(tensor: wide[0].to(.cpu).expanded([3, side, side]))
            }
            return (
                try FlowPicture(flow: cells, width: side, height: side).image,
                try Image(tensor: moved[0].to(.cpu)), shown
            )
        }
    }
}
