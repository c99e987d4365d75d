import Checkpoints
import Diffusion
import Foundation
import Images

/// The model's own pictures of a class, made before it learns: `class-00000.png` and so on.
public enum ClassPictures {
    /// Makes what a folder lacks of a number of pictures; each follows from the seed and its number.
    ///
    /// - Parameters:
    ///   - folder: it is made; pictures of any name that are there count.
    ///   - model: before training.
    ///   - settings: prompt, number, steps, guidance, side, seed.
    ///   - progress: called with the pictures there are and the number asked.
    ///   - shouldStop: asked after every picture.
    /// - Returns: whether all are there.
    /// - Throws: ``TrainingError``, `DiffusionError`, `TorchError`, `CheckpointError`.
    public static func fill(
        _ folder: String, _ model: StableDiffusion, _ settings: DreamBoothSettings,
        progress: (Int, Int) -> Void = { _, _ in }, shouldStop: () -> Bool = { false }
    ) throws -> Bool {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw TrainingError("\(folder): could not make it: \(error.localizedDescription).")
        }
        let codec = try VipsCodec()
        let seeds = StepSeed(settings.training.seed)
        var there = try PhotoSet.names(in: folder).count
        var number = 0
        while there < settings.classCount {
            if shouldStop() { return false }
            let digits = String(number)
            let name = "class-" + String(repeating: "0", count: max(5 - digits.count, 0)) + digits
            defer { number += 1 }
            guard !FileManager.default.fileExists(atPath: "\(folder)/\(name).png") else { continue }
            var request = ImageRequest(prompt: settings.classPrompt)
            (request.width, request.height) = (settings.resolution, settings.resolution)
            request.steps = settings.classSteps
            request.guidanceScale = settings.classGuidance
            request.seed = seeds("class picture", number)
            try AtomicFile.write(
                codec.encode(model.picture(request), as: .png()), to: "\(folder)/\(name).png")
            there += 1
            progress(there, settings.classCount)
        }
        return true
    }
}
