import Diffusion
import Evaluation
import Torch

/// CLIP's two encoders, ready to compare pictures and sentences.
struct ContrastiveModel {
    let text: CLIPText
    let vision: CLIPVision
    let tokenizer: CLIPTokenizer
    let device: Device

    /// How well pictures and long captions of people find each other, one picture a person: a
    /// caption must find its own among strangers.
    func retrieval(_ data: PortraitData) throws -> RetrievalScores {
        let indices = (0..<min(data.people, 500)).map { $0 * data.views }
        let captions = indices.map { data.caption($0, .long, variant: 1000) }
        return try RetrievalScores(queries: embed(captions), targets: embed(data, indices))
    }

    /// Embeddings of sentences `[K, D]`, on the CPU.
    func embed(_ sentences: [String]) throws -> Tensor {
        let length = text.configuration.maxPositionEmbeddings
        return try .cat(
            Swift.stride(from: 0, to: sentences.count, by: 64).map { start in
                let part = Array(sentences[start..<min(start + 64, sentences.count)])
                let ids = try tokenizer.encode(part, length: length).ids.to(device)
                return try text(ids).textEmbeds.orThrow().to(.cpu)
            })
    }

    /// Embeddings of pictures of a set `[K, D]`, on the CPU.
    func embed(_ data: PortraitData, _ indices: [Int]) throws -> Tensor {
        try .cat(
            Swift.stride(from: 0, to: indices.count, by: 64).map { start in
                let part = Array(indices[start..<min(start + 64, indices.count)])
                return try embed(PictureBatch(data, part).tensor(on: device))
            })
    }

    /// Embeddings of pictures `[K, 3, S, S]` in -1...1, on the CPU.
    func embed(_ pictures: Tensor) throws -> Tensor {
        try vision(CLIPPixels.normalised(pictures.to(device))).imageEmbeds.to(.cpu)
    }
}
