import ArgumentParser
import Diffusion
import Foundation
import ICPortrait
import Layers
import Torch

/// `likeness bench ic-portrait`.
struct BenchICPortrait: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ic-portrait",
        abstract: "One portrait, from latents to latents: matching once, then every step.")

    @Option(help: "Whose networks: sd15 or miniature; random weights.")
    var like: BenchModel = .sd15

    @Option(help: "Pixels of a side; the model's own if left out.")
    var size: Int?

    @Option(help: "Steps of one round, all of which are done.")
    var steps = 4

    @OptionGroup var options: NetworkBenchOptions

    func run() throws {
        let side = size ?? like.side
        try NetworkBench.run(
            "ic-portrait of \(steps) steps", like: like.rawValue, size: [side, side], options
        ) { dtype, device in
            let generator = try Generator(seed: 0)
            let configuration = try UNet2DConditionConfiguration(like.configuration("unet"))
            let store = try ParameterStore(generator: generator, dtype: dtype, device: device)
            let networks = ICPortraitNetworks(
                base: UNet2DCondition(store.root / "base", configuration),
                matching: LatentControlNet(store.root / "matching", configuration),
                appearance: LatentControlNet(store.root / "appearance", configuration))
            try store.finish()
            let latent = try side / like.factor()
            func noise(_ shape: [Int]) throws -> Tensor {
                try Tensor.randn(shape, generator: generator).to(dtype).to(device)
            }
            var settings = ICPortraitSettings()
            (settings.steps, settings.strengths) = (steps, [1])
            let conditions = try PortraitConditions(
                reference: noise([1, configuration.outChannels, latent, latent]),
                profile: noise([1, configuration.outChannels, latent, latent]),
                token: noise([1, configuration.crossAttentionDim]), settings: settings, seed: 0)
            var schedule = SchedulerConfiguration()
            (schedule.betaStart, schedule.betaEnd) = (0.00085, 0.012)
            schedule.betaSchedule = .scaledLinear
            return (
                store,
                {
                    let run = try PortraitDenoising(
                        networks, conditions, scheduler: schedule, settings: settings, seed: 0)
                    for step in run { _ = try step.get() }
                    return run.portrait
                }
            )
        }
    }
}
