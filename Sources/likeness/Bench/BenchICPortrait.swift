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

    @Option(
        help:
            "The share of the noise schedule below which guidance is left out, as the miniature has it."
    )
    var guidanceFrom = 0.12

    @OptionGroup var options: NetworkBenchOptions

    func validate() throws {
        guard (0...1).contains(guidanceFrom) else {
            throw ValidationError(
                "--guidance-from: expected a share of 0 to 1, found \(guidanceFrom).")
        }
        guard options.batch == 1 else {
            throw ValidationError(
                "--batch: expected 1, since portraits are made one by one, found \(options.batch).")
        }
    }

    func run() throws {
        let side = size ?? like.side
        try NetworkBench.run(
            "ic-portrait of \(steps) steps", like: like.rawValue, size: [side, side], options,
            reuses: true
        ) { draw in
            let configuration = try UNet2DConditionConfiguration(like.configuration("unet"))
            let root = draw.store.root
            let networks = ICPortraitNetworks(
                base: UNet2DCondition(root / "base", configuration),
                matching: LatentControlNet(root / "matching", configuration),
                appearance: LatentControlNet(root / "appearance", configuration))
            let latent = try side / like.factor()
            var settings = ICPortraitSettings()
            (settings.steps, settings.strengths) = (steps, [1])
            settings.guidanceFrom = guidanceFrom
            let conditions = try PortraitConditions(
                reference: draw.noise([1, configuration.outChannels, latent, latent]),
                profile: draw.noise([1, configuration.outChannels, latent, latent]),
                token: draw.noise([1, configuration.crossAttentionDim]), settings: settings,
                seed: 0)
            var schedule = SchedulerConfiguration()
            (schedule.betaStart, schedule.betaEnd) = (0.00085, 0.012)
            schedule.betaSchedule = .scaledLinear
            return {
                let run = try PortraitDenoising(
                    networks, conditions, scheduler: schedule, settings: settings, seed: 0)
                for step in run { _ = try step.get() }
                return run.portrait
            }
        }
    }
}
