import Diffusion
import Images
import Miniature

extension Demo {
    /// Portraits that the miniature models make, and what they were asked for.
    struct Portraits {
        var images: [Image] = []
        var captions: [String] = []
    }

    private static let prompts = [
        ("red hair", "A portrait of a young woman with long red hair, smiling gently."),
        ("beard, glasses", "A portrait of an old man with a full grey beard, in round glasses."),
        ("blue headscarf", "A woman wearing a blue headscarf, in golden evening sunlight."),
        ("neon", "A man with short black hair in pink neon light, on a street."),
    ]

    /// Four portraits from words, and one from the first of them as an image token; nil if this
    /// program came without the miniature models.
    func portraits() throws -> Portraits? {
        guard let path = MiniatureBundle.shipped() else { return nil }
        let folder = try DiffusersFolder(path)
        // A bundle of a run that is not complete has no base yet.
        guard folder.has("unet") else { return nil }
        let model = try StableDiffusion(folder)
        var made = Portraits()
        func add(_ caption: String, _ request: ImageRequest) throws {
            let run = try model.denoising(request)
            for step in run { _ = try step.get() }
            made.images += try run.images()
            made.captions.append(caption)
            reporting.progress(made.images.count, of: Self.prompts.count + 1, "portrait")
        }
        for (caption, prompt) in Self.prompts {
            var request = ImageRequest(prompt: prompt)
            (request.seed, request.steps, request.guidanceScale) = (seed, 25, 3)
            try add(caption, request)
        }
        var request = ImageRequest(prompt: "")
        (request.seed, request.steps, request.guidanceScale) = (seed + 1, 25, 3)
        request.imageToken = made.images.first
        try add("like the first", request)
        return made
    }
}
