import Checkpoints
import Torch

/// People's pictures as the frozen networks see them, some of each person.
///
/// As a file: `latents` `[N, C, H, W]` float16, scaled; `embeddings` `[N, D]` float32, CLIP's;
/// `counts` `[P]`, pictures of each person, whose pictures lie together.
public struct ViewLatents: Sendable {
    /// Of one picture's latents: `[C, H, W]`.
    public let shape: [Int]
    /// Which pictures show each person.
    public let people: [Range<Int>]
    private let bits: [UInt16]
    private let embeddings: [Float]
    private let width: Int

    /// Given latents.
    ///
    /// - Parameters:
    ///   - shape: `[C, H, W]`.
    ///   - bits: of float16, `[N, C, H, W]`.
    ///   - embeddings: `[N, D]`.
    ///   - counts: pictures of each person, together N.
    /// - Throws: ``ICPortraitError`` for numbers that do not fit one another, and for people with
    ///   fewer than two pictures.
    public init(shape: [Int], bits: [UInt16], embeddings: [Float], counts: [Int]) throws {
        let pictures = counts.reduce(0, +)
        let size = shape.reduce(1, *)
        guard pictures > 0, bits.count == pictures * size, embeddings.count % pictures == 0 else {
            throw ICPortraitError(
                "expected latents \(shape) and an embedding of \(pictures) pictures each, found "
                    + "\(bits.count) and \(embeddings.count) numbers.")
        }
        if let lonely = counts.firstIndex(where: { $0 < 2 }) {
            throw ICPortraitError(
                "expected two pictures or more of each person, found \(counts[lonely]) of person "
                    + "\(lonely + 1); one is learned from beside another.")
        }
        self.shape = shape
        (self.bits, self.embeddings) = (bits, embeddings)
        width = embeddings.count / pictures
        var next = 0
        people = counts.map { count in
            defer { next += count }
            return next..<next + count
        }
    }

    /// Opens a file.
    ///
    /// - Throws: `CheckpointError`; ``ICPortraitError`` for a file of another kind.
    public init(_ path: String) throws {
        let tensors = try openCheckpoint(path).tensors()
        guard let latents = tensors["latents"], let embeddings = tensors["embeddings"],
            let counts = tensors["counts"], latents.rank == 4, latents.dtype == .float16
        else {
            throw ICPortraitError(
                "\(path): expected latents, embeddings and counts of people's pictures, found "
                    + "another file.")
        }
        try self.init(
            shape: Array(latents.shape.dropFirst()), bits: latents.view(as: .uint16).toArray(),
            embeddings: embeddings.toArray(),
            counts: counts.to(.int64).toArray().map { (x: Int64) in Int(x) })
    }

    /// Writes a file.
    ///
    /// - Throws: `CheckpointError`, `TorchError`.
    public func write(to path: String) throws {
        try SafetensorsWriter.write(
            [
                "latents": Tensor(bits, shape: [count] + shape).view(as: .float16),
                "embeddings": Tensor(embeddings, shape: [count, width]),
                "counts": Tensor(people.map { Int64($0.count) }),
            ], to: path)
    }

    /// Pictures.
    public var count: Int { people.last?.upperBound ?? 0 }

    /// Latents of some pictures, the bits of float16: `[K, C, H, W]`.
    func latents(_ pictures: [Int]) -> [UInt16] {
        let size = shape.reduce(1, *)
        return pictures.flatMap { bits[$0 * size..<($0 + 1) * size] }
    }

    /// Embeddings of some pictures: `[K, D]`.
    func embeddings(_ pictures: [Int]) -> [Float] {
        pictures.flatMap { embeddings[$0 * width..<($0 + 1) * width] }
    }
}
