import Diffusion
import Images
import Layers
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized) struct DreamBoothTaskTests {
    private let fixture: DreamBoothFixture
    private let model: StableDiffusion

    init() throws {
        fixture = try DreamBoothFixture()
        model = try fixture.loaded()
    }

    private func loss(_ settings: DreamBoothSettings, step: Int = 0) throws -> [String: Double] {
        let task = try fixture.task(settings, model)
        return try noGrad {
            try task.losses(task.batches.batch(at: step), fixture.place(step, settings)).numbers()
        }
    }

    @Test func theLossIsThatOfTheParts() throws {
        var settings = fixture.settings
        settings.classPrompt = "a photo of a person"
        settings.priorWeight = 0.5
        let said = try loss(settings)

        // The same step, put together by hand.
        let task = try fixture.task(settings, model)
        let batch = try task.batches.batch(at: 0)
        let place = fixture.place(0, settings)
        let schedule = try NoiseSchedule(model.scheduler)
        func half(_ views: [PhotoSet.View], _ set: PhotoSet, _ prompt: String, _ purpose: String)
            throws -> Double
        {
            let pixels = try Tensor.cat(views.map { try set.pixels($0) })
            let vae = model.autoencoder.network
            let x0 = try vae.encode(pixels).sample(place.generator("\(purpose)latents")) * 0.18215
            let generator = try place.generator("\(purpose)noise")
            let noise = try Tensor.randn(x0.shape, generator: generator)
            let times = try Tensor.randint(0..<1000, [2], generator: generator)
            let context = try model.context(of: prompt).tiled([2, 1, 1])
            let xt = try schedule.addNoise(x0, noise: noise, at: times)
            let output = try model.unet.network(xt, timestep: times, context: context)
            return try (output - noise).square().mean().item()
        }
        try noGrad {
            let instance = try half(
                batch.photos, fixture.photoSet(settings), settings.prompt, "")
            let prior = try half(
                batch.classes, fixture.classSet(settings), settings.classPrompt, "class ")
            #expect(abs((said["denoising"] ?? 0) - instance) < 1e-4 * instance)
            #expect(abs((said["prior"] ?? 0) - prior) < 1e-4 * prior)
            #expect(abs((said["loss"] ?? 0) - instance - 0.5 * prior) < 1e-4 * instance)
            #expect(abs(instance - prior) > 1e-3 * instance)
        }
    }

    @Test func aPriorOfNoWeightIsNoPrior() throws {
        let without = try loss(fixture.settings)
        var settings = fixture.settings
        settings.classPrompt = "a photo of a person"
        settings.priorWeight = 0
        #expect(try loss(settings) == without)
        // However little it weighs, the photos' own part stays.
        settings.priorWeight = 1e-9
        let little = try loss(settings)
        let (a, b) = (try #require(little["loss"]), try #require(without["loss"]))
        #expect(abs(a - b) < 1e-5 * b && little["prior"] != nil)
    }

    @Test(arguments: DreamBoothSettings.Latents.allCases)
    func keptLatentsEqualFreshOnes(_ latents: DreamBoothSettings.Latents) throws {
        var settings = fixture.settings
        settings.latents = latents
        settings.flips = true
        let task = try fixture.task(settings, model)
        settings.cachesLatents = false
        let fresh = try fixture.task(settings, model)
        // The third step sees photos again that the first two have seen.
        for step in 0..<3 {
            let place = fixture.place(step, settings)
            let a = try noGrad { try task.losses(task.batches.batch(at: step), place).numbers() }
            let b = try noGrad { try fresh.losses(fresh.batches.batch(at: step), place).numbers() }
            #expect(a == b)
        }
    }

    @Test func settingsChangeWhatTheySay() throws {
        let plain = try loss(fixture.settings)
        let changes: [(inout DreamBoothSettings) -> Void] = [
            { $0.latents = .mean }, { $0.crop = .random }, { $0.denoising.snrGamma = 1e-3 },
            { $0.denoising.noiseOffset = 0.1 }, { $0.prompt = "a hat" }, { $0.training.seed = 2 },
        ]
        for (index, change) in changes.enumerated() {
            var settings = fixture.settings
            change(&settings)
            #expect(try loss(settings) != plain, "\(index)")
        }
        var settings = fixture.settings
        settings.gradientCheckpointing = true
        #expect(try loss(settings) == plain)
    }

    @Test func somethingElseCanStandForAPrompt() throws {
        let settings = fixture.settings
        let token = try Tensor.randn([1, 1, 32], generator: Generator(seed: 3))
        let photos = try fixture.photoSet(settings)
        let task = try DreamBoothTask(
            model, photos: photos, settings, context: { try token * Double($0) })
        let place = fixture.place(0, settings)
        let value = try noGrad { try task.losses(task.batches.batch(at: 0), place).total().item() }
        #expect(try value.isFinite && value != loss(settings)["loss"])
    }

    @Test func onlyWhatLearnsRequiresGradients() throws {
        _ = try fixture.task(fixture.settings, model)
        #expect(model.unet.store.trainable.count == model.unet.store.entries.count)
        #expect(model.autoencoder.store.trainable.isEmpty)
        var settings = fixture.settings
        settings.adapters.rank = 2
        let task = try fixture.task(settings, model)
        #expect(model.unet.store.trainable.isEmpty && model.autoencoder.store.trainable.isEmpty)
        #expect(task.store.trainable.count == task.store.entries.count)
        #expect(task.store.entries.allSatisfy { $0.name.hasPrefix("unet.") })
    }
}
