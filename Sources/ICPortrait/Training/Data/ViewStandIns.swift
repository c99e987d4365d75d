import Checkpoints
import Torch

/// Other people in the places of some pictures: the same pose, expression, light and dress.
///
/// With photographs, IC-Portrait learns from pictures of one person, of which the target itself is
/// the style reference (section 3.3); when portraits are made, the reference shows a stranger. A
/// world that renders anybody anywhere can show a stranger in training too, and the answer is known.
///
/// As a file: `latents` `[M, C, H, W]` float16, scaled; `pictures` `[M]` int32, in whose place.
public struct ViewStandIns: Sendable {
    /// In the place of which picture each one is.
    public let pictures: [Int]
    /// Of one picture's latents: `[C, H, W]`.
    public let shape: [Int]
    private let bits: [UInt16]

    /// Given latents.
    ///
    /// - Parameters:
    ///   - shape: `[C, H, W]`.
    ///   - bits: of float16, `[M, C, H, W]`.
    ///   - pictures: M numbers of pictures.
    /// - Throws: ``ICPortraitError`` for numbers that do not fit one another.
    public init(shape: [Int], bits: [UInt16], pictures: [Int]) throws {
        guard !pictures.isEmpty, bits.count == pictures.count * shape.reduce(1, *) else {
            throw ICPortraitError(
                "expected latents \(shape) of \(pictures.count) stand-ins, found \(bits.count) "
                    + "numbers.")
        }
        (self.shape, self.bits, self.pictures) = (shape, bits, pictures)
    }

    /// Opens a file.
    ///
    /// - Throws: `CheckpointError`; ``ICPortraitError`` for a file of another kind.
    public init(_ path: String) throws {
        let tensors = try openCheckpoint(path).tensors()
        guard let latents = tensors["latents"], let pictures = tensors["pictures"],
            latents.rank == 4, latents.dtype == .float16
        else {
            throw ICPortraitError(
                "\(path): expected latents of stand-ins and in whose place they are, found another "
                    + "file.")
        }
        let numbers: [Int64] = try pictures.to(.int64).toArray()
        try self.init(
            shape: Array(latents.shape.dropFirst()), bits: latents.view(as: .uint16).toArray(),
            pictures: numbers.map(Int.init))
    }

    /// How many there are.
    public var count: Int { pictures.count }

    /// One of them, as the bits of float16.
    func latents(_ number: Int) -> ArraySlice<UInt16> {
        let size = shape.reduce(1, *)
        return bits[number * size..<(number + 1) * size]
    }
}
