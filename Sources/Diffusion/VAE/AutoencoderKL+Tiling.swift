import Torch

/// How an autoencoder spends memory: exact at once, exact one by one, or nearly exact in tiles.
public struct AutoencoderMemory: Hashable, Sendable {
    /// Decodes and encodes one sample of a batch at a time; the result is the same.
    public var slicing = false
    /// Works on overlapping tiles of ``AutoencoderKLConfiguration/sampleSize`` pixels and blends them:
    /// memory stays constant, and seams are faint, not absent.
    public var tiling = false

    /// Memory as asked for.
    public init(slicing: Bool = false, tiling: Bool = false) {
        (self.slicing, self.tiling) = (slicing, tiling)
    }
}

extension AutoencoderKL {
    /// ``encode(_:hooks:)`` with less memory.
    public func encode(_ picture: Tensor, memory: AutoencoderMemory) throws -> LatentDistribution {
        let tiled = memory.tiling && isLarger(picture, than: configuration.sampleSize)
        let all = try parts(picture, memory).map { part in
            guard tiled else { return try moments(part) }
            return try Tiles(size: configuration.sampleSize, resultSize: tileLatents)
                .map(part) { try moments($0) }
        }
        return try LatentDistribution(moments: Tensor.cat(all))
    }

    /// ``decode(_:hooks:)`` with less memory.
    public func decode(_ latents: Tensor, memory: AutoencoderMemory) throws -> Tensor {
        let tiled = memory.tiling && isLarger(latents, than: tileLatents)
        return try Tensor.cat(
            parts(latents, memory).map { part in
                guard tiled else { return try decode(part) }
                return try Tiles(size: tileLatents, resultSize: configuration.sampleSize)
                    .map(part) { try decode($0) }
            })
    }

    private var tileLatents: Int { max(configuration.sampleSize / configuration.downFactor, 1) }

    private func parts(_ x: Tensor, _ memory: AutoencoderMemory) throws -> [Tensor] {
        memory.slicing ? try x.split(1) : [x]
    }

    private func isLarger(_ x: Tensor, than side: Int) -> Bool {
        x.shape.suffix(2).contains { $0 > side }
    }
}

/// Overlapping square tiles, a quarter shared with each neighbour, blended linearly.
private struct Tiles {
    /// Side of a tile before and after the network.
    let size, resultSize: Int

    func map(_ x: Tensor, _ network: (Tensor) throws -> Tensor) throws -> Tensor {
        let step = max(size * 3 / 4, 1)
        let blend = resultSize / 4
        let kept = resultSize - blend
        let (height, width) = (x.shape[2], x.shape[3])
        var above: [Tensor] = []
        var rows: [Tensor] = []
        for top in stride(from: 0, to: height, by: step) {
            var row: [Tensor] = []
            for (column, left) in stride(from: 0, to: width, by: step).enumerated() {
                var tile = try network(
                    x.sliced(2, from: top, to: min(top + size, height))
                        .sliced(3, from: left, to: min(left + size, width)))
                if column < above.count { tile = try joined(above[column], tile, blend, along: 2) }
                if let last = row.last { tile = try joined(last, tile, blend, along: 3) }
                row.append(tile)
            }
            rows.append(
                try Tensor.cat(
                    row.map {
                        try $0.sliced(2, from: 0, to: kept).sliced(3, from: 0, to: kept)
                    }, along: 3))
            above = row
        }
        return try Tensor.cat(rows, along: 2)
    }

    /// `b`, its first `extent` rows or columns faded in over the last ones of `a`.
    private func joined(_ a: Tensor, _ b: Tensor, _ extent: Int, along dim: Int) throws -> Tensor {
        let (endA, endB) = (a.shape[dim], b.shape[dim])
        let extent = min(endA, endB, extent)
        guard extent > 0 else { return b }
        var shape = [1, 1, 1, 1]
        shape[dim] = extent
        let share = try (Tensor.arange(from: 0, to: Double(extent)) / Double(extent))
            .reshaped(shape).to(b.dtype).to(b.device)
        let faded =
            try a.sliced(dim, from: endA - extent, to: endA) * (1 - share)
            + b.sliced(dim, from: 0, to: extent) * share
        return try Tensor.cat([faded, b.sliced(dim, from: extent, to: endB)], along: dim)
    }
}
