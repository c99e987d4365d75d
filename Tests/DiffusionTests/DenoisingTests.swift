import Diffusion
import Foundation
import Images
import Testing
import Torch

/// Whole runs on a small random model. That its pictures are diffusers' is shown by
/// `Reference/diffusion/pipelines.py`.
@Suite struct DenoisingTests {
    private func model(_ kind: PublishedModel = .sd15) throws -> (StableDiffusion, Folder) {
        let folder = try Folder()
        var options = PublishedModel.Writing()
        options.tiny = true
        try kind.write(to: "\(folder.path)/model", options)
        return (try StableDiffusion(DiffusersFolder("\(folder.path)/model")), folder)
    }

    private func request(_ kind: SchedulerKind = .euler, steps: Int = 4) -> ImageRequest {
        var request = ImageRequest(prompt: "a red hat")
        (request.width, request.height) = (64, 48)
        (request.steps, request.seed, request.scheduler) = (steps, 7, kind)
        return request
    }

    @Test(arguments: SchedulerKind.allCases)
    func goesOnElsewhereWithTheSameBytes(_ kind: SchedulerKind) throws {
        let (model, _) = try model()
        let whole = try model.denoising(request(kind))
        for step in whole { _ = try step.get() }
        let first = try model.denoising(request(kind))
        for _ in 0..<2 { _ = try first.next()?.get() }
        let second = try model.denoising(request(kind))
        try second.restore(first.state())
        #expect(second.index == 2)
        for step in second { _ = try step.get() }
        #expect(try second.latents.isEqual(to: whole.latents))
        #expect(try second.images() == whole.images())
    }

    @Test func stopsWhenTheLoopIsLeft() throws {
        let (model, _) = try model()
        let run = try model.denoising(request())
        for step in run where try step.get().index == 1 { break }
        #expect(run.index == 2 && run.endIndex == 4)
    }

    @Test func givesAPreviewOfEveryStep() throws {
        let (model, _) = try model()
        let run = try model.denoising(request())
        for step in run {
            let picture = try #require(run.images(of: step.get().predicted).first)
            #expect(picture.width == 64 && picture.height == 48)
        }
    }

    @Test func dependsOnTheSeedAndThePromptAlone() throws {
        let (model, _) = try model()
        func picture(_ change: (inout ImageRequest) -> Void) throws -> [Image] {
            var own = request()
            change(&own)
            let run = try model.denoising(own)
            for step in run { _ = try step.get() }
            return try run.images()
        }
        let first = try picture { _ in }
        #expect(try picture { _ in } == first)
        #expect(try picture { $0.seed = 8 } != first)
        #expect(try picture { $0.prompt = "a blue hat" } != first)
        #expect(try picture { $0.negativePrompt = "a hat" } != first)
    }

    @Test func leavesThePictureOutsideTheMaskAlone() throws {
        let (model, _) = try model()
        var own = request(.ddim)
        own.image = try Image(width: 64, height: 48, colour: [200, 90, 30])
        own.mask = try Image(width: 64, height: 48)  // black: nothing may change
        own.strength = 0.5
        let untouched = try model.denoising(own)
        for step in untouched { _ = try step.get() }
        own.mask = nil
        own.strength = 0.25
        own.steps = 4
        let changed = try model.denoising(own)
        for step in changed { _ = try step.get() }
        #expect(untouched.firstIndex == 2 && changed.firstIndex == 3)
        #expect(try !untouched.latents.isEqual(to: changed.latents))
        // With everything masked, what comes out is the picture's own latents, whatever was denoised.
        own.mask = try Image(width: 64, height: 48)
        own.prompt = "something else"
        own.strength = 0.75
        let other = try model.denoising(own)
        for step in other { _ = try step.get() }
        #expect(try untouched.latents.isEqual(to: other.latents))
    }

    @Test func takesSDXLsSizes() throws {
        let (model, _) = try model(.sdxl)
        #expect(model.isXL)
        func latents(_ change: (inout ImageRequest) -> Void) throws -> Tensor {
            var own = request()
            change(&own)
            let run = try model.denoising(own)
            for step in run { _ = try step.get() }
            return run.latents
        }
        let plain = try latents { _ in }
        #expect(try latents { $0.targetSize = (64, 48) }.isEqual(to: plain))
        #expect(try !latents { $0.crop = (8, 0) }.isEqual(to: plain))
        #expect(try !latents { $0.negativePrompt = "" }.isEqual(to: plain))
    }

    @Test func refusesWhatCannotBeMade() throws {
        let (model, _) = try model()
        func sentence(_ change: (inout ImageRequest) -> Void) -> String? {
            var own = request()
            change(&own)
            do { _ = try model.denoising(own) } catch { return "\(error)" }
            return nil
        }
        #expect(
            sentence { $0.width = 60 }
                == "Expected a width of 8...16384 pixels and a multiple of 8, found 60.")
        #expect(sentence { $0.steps = 0 } == "Expected 1...1000 steps, found 0.")
        #expect(
            sentence { $0.strength = 1.5 } == "Expected a strength in 0.0...1.0, found 1.5.")
        #expect(
            sentence { $0.mask = try? Image(width: 64, height: 48) }
                == "A mask says what of a picture may change; give the picture too.")
    }
}
