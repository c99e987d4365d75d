import Checkpoints
import Diffusion
import Torch
import Training
import World

/// Strangers in the places of some pictures of a set, as `ViewStandIns` reads them.
enum StandIns {
    /// Renders and encodes them.
    ///
    /// - Parameters:
    ///   - data: whose pictures, and who stands in.
    ///   - count: how many, each for a picture of chance.
    ///   - autoencoder: whose latents the base knows.
    ///   - seed: of who stands where.
    ///   - origin: what the file follows from.
    ///   - path: the file to make.
    ///   - device: of the autoencoder.
    ///   - progress: called with pictures done and in all.
    ///   - shouldStop: asked after every picture; when it says yes, nothing is written.
    /// - Throws: ``MiniatureError`` for a set of one person; `RenderError`, `TorchError`,
    ///   `CheckpointError`; `CancellationError`.
    static func make(
        _ data: PortraitData, count: Int, autoencoder: AutoencoderKL, seed: UInt64,
        origin: [String: String], to path: String, device: Device,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws {
        guard data.people > 1 else {
            throw MiniatureError(
                "stand-ins: expected two people or more, one of whom is a stranger to the other, "
                    + "found \(data.people).")
        }
        let studio = try Studio()
        let seeds = StepSeed(seed)
        // One after the other, so that every sitter is made once.
        var latents: [Tensor] = []
        var pictures: [Int32] = []
        var sitter: (person: Int, sitter: Sitter)?
        for number in 0..<count {
            if shouldStop() { throw CancellationError() }
            let person = number * data.people / count
            var random = StepRandom(seed: seeds("stand-ins", number))
            let other = (person + 1 + random.below(data.people - 1)) % data.people
            let picture = other * data.views + random.below(data.views)
            let found: Sitter
            if let sitter, sitter.person == person {
                found = sitter.sitter
            } else {
                found = try studio.sitter(
                    data.person(person * data.views), detail: .init(size: data.side))
                sitter = (person, found)
            }
            let render = try studio.portrait(of: found, data.look(picture), size: data.side)
            let own = try noGrad {
                let x = try render.view.colour.tensor(device: device).unsqueezed(0)
                return try autoencoder.scaled(autoencoder.encode(x).mean).to(.float16).to(.cpu)
            }
            latents.append(own)
            pictures.append(Int32(picture))
            progress(number + 1, count)
        }
        try SafetensorsWriter.write(
            ["latents": .cat(latents), "pictures": Tensor(pictures)], metadata: origin, to: path)
    }
}
