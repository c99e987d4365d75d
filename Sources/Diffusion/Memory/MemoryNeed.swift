import Torch

/// The memory that a run takes at most, told from configurations and headers before any weight is
/// read.
///
/// An estimate: values of one pass are counted from the network's shape, by factors for its widest
/// block that are not fitted to measured peaks yet (Docs/speed.md).
public struct MemoryNeed: Hashable, Sendable {
    /// A part of a run.
    public struct Phase: Hashable, Sendable {
        /// What is done: `denoising`.
        public let name: String
        /// Bytes of the weights that are held meanwhile.
        public let weights: Int
        /// Bytes of all else.
        public let work: Int

        /// A phase of a run.
        public init(_ name: String, weights: Int, work: Int) {
            (self.name, self.weights, self.work) = (name, weights, work)
        }

        /// Both.
        public var bytes: Int { weights + work }
    }

    /// The program with libtorch, before it has loaded anything.
    public static let program = 350 << 20

    /// One after the other.
    public let phases: [Phase]

    /// A run of these phases.
    public init(_ phases: [Phase]) { self.phases = phases }

    /// The phase that takes most.
    public var largest: Phase? { phases.max { $0.bytes < $1.bytes } }

    /// Bytes at most, the program's own included.
    public var peak: Int { Self.program + (largest?.bytes ?? 0) }
}

extension NetworkFiles {
    /// Bytes of the weights once they are loaded.
    ///
    /// - Parameter dtype: that they are converted to.
    /// - Returns: bytes, from names and shapes.
    /// - Throws: `CheckpointError` for a broken file, ``DiffusionError`` for one that is not there.
    public func byteCount(dtype: DType) throws -> Int {
        let source = try weights().source
        return source.names.reduce(0) { sum, name in
            sum + (source.shape(of: name) ?? []).reduce(dtype.byteCount, *)
        }
    }
}

extension UNet2DConditionConfiguration {
    /// Bytes of what a pass holds beside weights: skips, and the widest block's values.
    ///
    /// - Parameters:
    ///   - height: of the latents.
    ///   - width: of the latents.
    ///   - batch: samples, both of guidance counted.
    ///   - dtype: that it computes in.
    /// - Returns: bytes at most.
    public func passBytes(height: Int, width: Int, batch: Int, dtype: DType) -> Int {
        var (skips, widest, area) = (0, 0, height * width)
        for level in layout.blockOutChannels.indices {
            let values = area * layout.blockOutChannels[level]
            skips += values * (layout.layersPerBlock[level] + 1)
            // A transformer's feed-forward part is four times as wide, twice; a resnet of the up path
            // takes two levels' channels side by side.
            widest = max(widest, values * (layout.downAttends[level] ? 16 : 8))
            area /= 4
        }
        return (skips + widest) * batch * dtype.byteCount
    }
}

extension AutoencoderKLConfiguration {
    /// Bytes of what decoding holds beside weights: values of the two widest pictures.
    ///
    /// - Parameters:
    ///   - height: of the picture.
    ///   - width: of the picture.
    ///   - batch: pictures.
    ///   - dtype: that it computes in.
    ///   - memory: one by one, in tiles.
    /// - Returns: bytes at most.
    public func decodingBytes(
        height: Int, width: Int, batch: Int, dtype: DType, memory: AutoencoderMemory
    ) -> Int {
        let sides = [height, width].map { memory.tiling ? min($0, sampleSize) : $0 }
        let area = sides[0] * sides[1]
        // The next level's channels at full size: what the last doubling makes.
        let channels = blockOutChannels.prefix(2).max() ?? 0
        return area * channels * 5 * (memory.slicing ? 1 : batch) * dtype.byteCount
            + height * width * outChannels * batch * 4
    }

    /// Bytes that a decoding holds beside weights until its gradient is taken: six values of every
    /// residual block: of both norms what goes in, what comes out, and that after its SiLU.
    ///
    /// - Parameters:
    ///   - height: of the picture.
    ///   - width: of the picture.
    ///   - dtype: that it computes in.
    /// - Returns: bytes at most.
    public func decodingGradientBytes(height: Int, width: Int, dtype: DType) -> Int {
        let blocks = layersPerBlock + 1
        var values = 0
        for (level, channels) in blockOutChannels.enumerated() {
            let area = (height >> level) * (width >> level)
            let before = blockOutChannels[min(level + 1, blockOutChannels.count - 1)]
            // The first block takes the level before it, which was doubled and went through a
            // convolution at this size.
            values += area * 6 * (blocks * channels + before)
        }
        let smallest = blockOutChannels.count - 1
        // The middle: two blocks and an attention.
        values += (height >> smallest) * (width >> smallest) * (blockOutChannels.last ?? 0) * 20
        return values * dtype.byteCount
    }
}
