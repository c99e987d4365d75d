import Checkpoints
import Diffusion
import Foundation
import Images
import Layers
import Torch
import Training

/// Our half of `Reference/training/compare.py`: trains a UNet on given latents, noise, timesteps
/// and contexts, and tells losses, gradients' lengths, seconds and the weights at the end.
enum TrainingOracle {
    static func run(model: String, data: String, settings: String, output: String) throws {
        let file = try InputFile(settings)
        let settings = try TrainingSettings(
            json: file.bytes(at: 0, count: file.size), from: settings)
        let tensors = try openCheckpoint(data).tensors()
        let loaded = try ModelFolder(model).unet(dtype: .float32)
        try loaded.store.train()
        let task = try GivenDenoising(loaded, tensors)
        let path = NSTemporaryDirectory() + "likeness-oracle-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let folder = try RunFolder(
            path, configuration: Array("{}".utf8), resume: false, keep: 1)
        let trainer = try Trainer(task, settings, in: folder)
        var seconds: [Double] = []
        var last = ContinuousClock.now
        try trainer.run(progress: { _ in
            let now = ContinuousClock.now
            seconds.append((now - last).seconds)
            last = now
        })
        let lines = MetricsLog.read("\(path)/metrics.jsonl")
        var result = [
            "loss": try Tensor(lines.compactMap { $0.values["loss"] }),
            "grad_norm": try Tensor(lines.compactMap { $0.values["grad_norm"] }),
            "seconds": try Tensor(seconds),
        ]
        for entry in loaded.store.entries { result["model.\(entry.name)"] = entry.tensor }
        for (name, tensor) in trainer.average?.state ?? [:] { result["average.\(name)"] = tensor }
        try SafetensorsWriter.write(result, to: output)
    }
}

/// Denoising with everything that chance would draw given.
private final class GivenDenoising: TrainingTask {
    struct Given: BatchSource {
        let batchSize: Int
        func batch(at step: Int) throws -> Int { step }
    }

    let store: ParameterStore
    let batches: any BatchSource<Int>
    private let unet: UNet2DCondition
    private let tensors: [String: Tensor]
    private let objective: DenoisingObjective

    init(_ model: LoadedModel<UNet2DCondition>, _ tensors: [String: Tensor]) throws {
        guard let x0 = tensors["x0"], x0.rank == 5 else {
            throw CommandError(
                "expected x0 [steps, B, C, H, W] in the data", code: Failure.badInput)
        }
        (store, unet, self.tensors) = (model.store, model.network, tensors)
        batches = Given(batchSize: x0.shape[1])
        var schedule = SchedulerConfiguration()
        (schedule.betaStart, schedule.betaEnd) = (0.00085, 0.012)
        schedule.betaSchedule = .scaledLinear
        objective = DenoisingObjective(try NoiseSchedule(schedule))
    }

    func losses(_ batch: Int, _ step: TrainingStep) throws -> LossTerms {
        func given(_ name: String) throws -> Tensor {
            guard let tensor = tensors[name] else {
                throw CommandError("expected \(name) in the data", code: Failure.badInput)
            }
            return try tensor[batch]
        }
        let (x0, noise, timesteps) = (try given("x0"), try given("noise"), try given("timesteps"))
        let draw = DenoisingObjective.Draw(
            x0: x0, noise: noise, timesteps: timesteps,
            xt: try objective.schedule.addNoise(x0, noise: noise, at: timesteps), target: noise)
        let said = try unet(draw.xt, timestep: timesteps, context: given("context"))
        var terms = LossTerms()
        try terms.add("denoising", objective.loss(said, draw))
        return terms
    }
}
