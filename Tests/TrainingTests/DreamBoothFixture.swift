import Diffusion
import Foundation
import Images
import Testing
import Torch
import Training

/// A tiny SD1.5 model, four photos and four class pictures, in a folder of their own.
final class DreamBoothFixture {
    let path: String
    var model: String { "\(path)/model" }
    var photos: String { "\(path)/photos" }
    var classes: String { "\(path)/class" }
    var run: String { "\(path)/run" }

    init(_ kind: PublishedModel = .sd15) throws {
        let url = FileManager.default.temporaryDirectory
            .appendingPathComponent("dreambooth-\(UUID().uuidString)")
        path = url.path
        for name in ["photos", "class"] {
            try FileManager.default.createDirectory(
                at: url.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        var options = PublishedModel.Writing()
        options.tiny = true
        try kind.write(to: model, options)
        let codec = try VipsCodec()
        for (name, seed) in [("photos", 1), ("class", 50)] {
            for (index, image) in try Self.pictures(seed: seed).enumerated() {
                let bytes = try codec.encode(image, as: .png())
                try Data(bytes).write(to: url.appendingPathComponent("\(name)/\(index).png"))
            }
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Four pictures of smooth colours, wider than high.
    static func pictures(seed: Int) throws -> [Image] {
        try (0..<4).map { index in
            let (wide, high) = (80 + 8 * index, 64)
            var pixels: [UInt8] = []
            for y in 0..<high {
                for x in 0..<wide {
                    for channel in 1...3 {
                        let wave = sin(Double((x + seed) * channel + index * 20) / 17)
                        pixels.append(UInt8(127 + 100 * wave * cos(Double(y + index) / 23)))
                    }
                }
            }
            return try Image(width: wide, height: high, pixels: pixels)
        }
    }

    /// Two photos a step at 64 pixels, no samples.
    var settings: DreamBoothSettings {
        var settings = DreamBoothSettings()
        settings.prompt = "a photo of sks person"
        settings.resolution = 64
        (settings.sampleCount, settings.classCount) = (0, 4)
        (settings.classSteps, settings.sampleSteps) = (2, 2)
        settings.training.batchSize = 2
        settings.training.steps = 4
        (settings.training.saveEvery, settings.training.logEvery) = (2, 1)
        settings.training.optimizer.learningRate = 1e-3
        return settings
    }

    func loaded() throws -> StableDiffusion { try StableDiffusion(DiffusersFolder(model)) }

    func photoSet(_ settings: DreamBoothSettings) throws -> PhotoSet {
        try PhotoSet(folder: photos, resolution: settings.resolution, crop: settings.crop)
    }

    func classSet(_ settings: DreamBoothSettings) throws -> PhotoSet {
        try PhotoSet(folder: classes, resolution: settings.resolution, crop: settings.crop)
    }

    func task(_ settings: DreamBoothSettings, _ model: StableDiffusion? = nil) throws
        -> DreamBoothTask
    {
        try DreamBoothTask(
            model ?? loaded(), photos: photoSet(settings), classes: classSet(settings), settings)
    }

    /// Where step `number` of these settings is.
    func place(_ number: Int, _ settings: DreamBoothSettings) -> TrainingStep {
        TrainingStep(number, seed: settings.training.seed, device: .cpu)
    }
}
