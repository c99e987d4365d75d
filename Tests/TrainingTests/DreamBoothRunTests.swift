import Checkpoints
import Diffusion
import Foundation
import Images
import Layers
import TestSupport
import Testing
import Torch
import Training

@Suite(.serialized) struct DreamBoothRunTests {
    private let fixture: DreamBoothFixture
    private var inputs: DreamBoothRun.Inputs {
        .init(model: fixture.model, photos: fixture.photos, classPhotos: fixture.classes)
    }

    init() throws { fixture = try DreamBoothFixture() }

    private func hash(_ path: String) throws -> String {
        SHA256.hex(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    private let unet = "unet/diffusion_pytorch_model.safetensors"

    @Test(arguments: [0, 2])
    func stoppedAndResumedItEndsAtTheSameBits(_ rank: Int) throws {
        var settings = fixture.settings
        settings.classPrompt = "a photo of a person"
        settings.adapters.rank = rank
        settings.training.averageDecay = 0.9
        settings.training.accumulation = 2
        let whole = try #require(try DreamBoothRun("\(fixture.run)-1", inputs, settings).run())
        var talk = DreamBoothRun.Reporting()
        var step = 0
        talk.training = { step = $0.step }
        talk.shouldStop = { step == 2 }
        #expect(try DreamBoothRun("\(fixture.run)-2", inputs, settings).run(talk) == nil)
        let saved = try #require(try DreamBoothRun.settings(in: "\(fixture.run)-2"))
        #expect(saved == settings)
        let rest = try #require(
            try DreamBoothRun("\(fixture.run)-2", inputs, saved, resumes: true).run())
        let file = rank == 0 ? "/\(unet)" : ""
        let first = try openCheckpoint(whole + file).tensors()
        let second = try openCheckpoint(rest + file).tensors()
        #expect(first.keys == second.keys)
        for (name, tensor) in first {
            #expect(try tensor.isEqual(to: #require(second[name])), "\(name)")
        }
        settings.training.seed = 2
        let path = try #require(try DreamBoothRun("\(fixture.run)-3", inputs, settings).run())
        let other = try openCheckpoint(path + file).tensors()
        #expect(try first.contains { try !$1.isEqual(to: #require(other[$0])) })
    }

    @Test func theResultIsTheModelWithAnotherUNet() throws {
        let result = try #require(
            try DreamBoothRun(fixture.run, inputs, fixture.settings).run())
        #expect(result == "\(fixture.run)/model")
        for part in ["vae/diffusion_pytorch_model", "text_encoder/model"] {
            let file = "\(part).safetensors"
            #expect(try hash("\(result)/\(file)") == hash("\(fixture.model)/\(file)"))
        }
        #expect(try hash("\(result)/\(unet)") != hash("\(fixture.model)/\(unet)"))
        var request = ImageRequest(prompt: "a photo of sks person")
        (request.width, request.height, request.steps) = (64, 64, 1)
        let run = try StableDiffusion(DiffusersFolder(result)).denoising(request)
        for step in run { _ = try step.get() }
        #expect(try run.images().count == 1)
    }

    @Test func adaptersLoadAgainAndDoWhatTheyDid() throws {
        var settings = fixture.settings
        settings.adapters.rank = 2
        settings.adapters.alpha = 4
        settings.adapters.convolutions = true
        let result = try #require(try DreamBoothRun(fixture.run, inputs, settings).run())
        let model = try fixture.loaded()
        let before = try model.unet.store.entries.map { try $0.tensor.cloned() }
        let adapters = try LowRankAdapters(
            result, into: [AdaptedNetwork("unet", model.unet.store)])
        #expect(adapters.modules.allSatisfy { $0.branch.scale == 2 })
        #expect(try adapters.modules.contains { try $0.branch.up.abs().max().item() > 0 })
        try adapters.merge()
        try adapters.takeOut()
        for (entry, tensor) in zip(model.unet.store.entries, before) {
            #expect(try entry.tensor.isEqual(to: tensor))
        }
        let header = try openCheckpoint(result).metadata
        #expect(header["ss_steps"] == "4" && header["ss_num_train_images"] == "4")
    }

    @Test func learningLowersTheLoss() throws {
        var settings = fixture.settings
        settings.training.steps = 20
        settings.training.batchSize = 4
        settings.training.saveEvery = 20
        // One level of noise, so that the loss of a step says something.
        (settings.denoising.firstTimestep, settings.denoising.endTimestep) = (300, 310)
        _ = try DreamBoothRun(fixture.run, inputs, settings).run()
        let losses = MetricsLog.read("\(fixture.run)/metrics.jsonl").compactMap {
            $0.values["loss"]
        }
        let first = losses.prefix(5).reduce(0, +), last = losses.suffix(5).reduce(0, +)
        #expect(losses.count == 20 && last < 0.8 * first, "\(first / 5) to \(last / 5)")
    }

    @Test func missingClassPicturesAreMadeAndStayTheSame() throws {
        var settings = fixture.settings
        settings.classPrompt = "a photo of a person"
        settings.classCount = 6
        let model = try fixture.loaded()
        var counts: [Int] = []
        #expect(
            try ClassPictures.fill(
                fixture.classes, model, settings, progress: { done, _ in counts.append(done) }))
        #expect(counts == [5, 6])
        let first = try hash("\(fixture.classes)/class-00001.png")
        // One that is lost is made again as it was.
        try FileManager.default.removeItem(atPath: "\(fixture.classes)/class-00001.png")
        #expect(try ClassPictures.fill(fixture.classes, model, settings))
        #expect(try hash("\(fixture.classes)/class-00001.png") == first)
        #expect(try hash("\(fixture.classes)/class-00000.png") != first)
        #expect(
            try !ClassPictures.fill(
                "\(fixture.path)/new", model, settings, shouldStop: { true }))
    }

    @Test func whatCannotBeTrainedIsRefusedBeforeAnythingIsWritten() throws {
        let settings = fixture.settings
        func sentence(
            _ settings: DreamBoothSettings,
            _ change: (inout DreamBoothRun.Inputs) -> Void = { _ in }
        ) -> String {
            var inputs = inputs
            change(&inputs)
            do {
                _ = try DreamBoothRun(fixture.run, inputs, settings)
                return ""
            } catch { return "\(error)".replacingOccurrences(of: fixture.path, with: ".") }
        }
        #expect(sentence(settings) == "")
        let large = try DreamBoothFixture(.sdxl)
        #expect(
            sentence(settings) { $0.model = large.model }.hasSuffix(
                "expected an SD1.5-shaped UNet, found SDXL's; DreamBooth of SDXL is not offered."))
        let painting = try DreamBoothFixture(.sd15Inpainting)
        #expect(sentence(settings) { $0.model = painting.model }.contains("found 9"))
        #expect(sentence(settings) { $0.photos = "\(fixture.path)/none" }.hasPrefix("./none:"))
        var other = settings
        other.trainsTextEncoder = true
        #expect(sentence(other).hasPrefix("train_text_encoder: expected false"))
        other = settings
        other.prompt = ""
        #expect(sentence(other).hasPrefix("prompt:"))
        #expect(!FileManager.default.fileExists(atPath: fixture.run))
        _ = try DreamBoothRun(fixture.run, inputs, settings).run()
        #expect(sentence(settings).hasPrefix("./run: expected a new run"))
    }

    @Test func presetsAreThePapers() throws {
        let plain = DreamBoothSettings.dreambooth
        #expect(plain.resolution == 512 && plain.training.batchSize == 4)
        #expect(plain.training.optimizer.learningRate == 5e-6)
        #expect(plain.training.optimizer.weightDecay == 0.01 && plain.priorWeight == 1)
        let portrait = DreamBoothSettings.icPortrait(photos: 12)
        #expect(portrait.training.batchSize == 1 && portrait.training.steps == 1200)
        #expect(portrait.training.optimizer.learningRate == 2e-6)
        #expect(DreamBoothSettings.icPortrait(photos: 3).training.steps == 800)
        #expect(DreamBoothSettings.icPortrait(photos: 40).training.steps == 1500)
        let set = try plain.setting("adapters.rank=4").setting("training.steps=7")
        #expect(set.adapters.rank == 4 && set.training.steps == 7)
        #expect(throws: TrainingError.self) { try plain.setting("ranks=4") }
    }
}
