import Diffusion
import Images
import Testing
import Torch

/// What a run is said to need, and what it gives back on the way.
@Suite struct MemoryNeedTests {
    private func folder() throws -> (DiffusersFolder, Folder) {
        let folder = try Folder()
        var options = PublishedModel.Writing()
        options.tiny = true
        try PublishedModel.sd15.write(to: "\(folder.path)/model", options)
        return (try DiffusersFolder("\(folder.path)/model"), folder)
    }

    @Test(arguments: [DType.float32, .bfloat16])
    func weightsAreCountedAsTheyWillBeLoaded(_ dtype: DType) throws {
        let (files, kept) = try folder()
        defer { _ = kept }
        let model = try StableDiffusion(files, dtype: dtype)
        let need = try StableDiffusionParts(files).memoryNeed(dtype: dtype)
        let weights = need.phases.map(\.weights)
        let unet = model.unet.store.byteCount
        let vae = model.autoencoder.store.byteCount
        #expect(weights[1] == unet + vae && weights[2] == vae)
        #expect(weights[0] > weights[1])
    }

    @Test func moreOfAPictureTakesMore() throws {
        let (files, kept) = try folder()
        defer { _ = kept }
        let parts = try StableDiffusionParts(files)
        func work(_ side: Int, batch: Int = 1, guided: Bool = true) throws -> [Int] {
            try parts.memoryNeed(width: side, height: side, batch: batch, isGuided: guided)
                .phases.map(\.work)
        }
        let (small, large) = try (work(128), work(256))
        #expect(large[1] == 4 * small[1] && large[2] == 4 * small[2])
        #expect(try work(128, batch: 3)[1] == 3 * small[1])
        #expect(try work(128, guided: false)[1] * 2 == small[1])
        var memory = AutoencoderMemory(tiling: true)
        let tiled = try parts.memoryNeed(width: 1024, height: 1024, memory: memory)
        let whole = try parts.memoryNeed(width: 1024, height: 1024)
        #expect(tiled.phases[2].work < whole.phases[2].work)
        memory = AutoencoderMemory(slicing: true)
        let sliced = try parts.memoryNeed(width: 128, height: 128, batch: 3, memory: memory)
        #expect(try sliced.phases[2].work < work(128, batch: 3)[2])
    }

    @Test func whatIsGivenBackIsMissedByNoPicture() throws {
        let (files, kept) = try folder()
        defer { _ = kept }
        var request = ImageRequest(prompt: "a red hat")
        (request.width, request.height, request.steps, request.seed) = (64, 64, 2, 3)
        func pictures(releasing: Bool) throws -> ([Image], StableDiffusion) {
            let model = try StableDiffusion(files)
            let run = try model.denoising(request)
            if releasing { try model.releaseEncoders() }
            for step in run { _ = try step.get() }
            if releasing { try model.releaseUNet() }
            return (try run.images(), model)
        }
        let (released, model) = try pictures(releasing: true)
        #expect(try released == pictures(releasing: false).0)
        #expect(model.unet.store.byteCount == 0 && model.autoencoder.store.byteCount > 0)
        #expect(throws: (any Error).self) { try model.denoising(request) }
    }
}
