/// Which sample comes when, in one epoch and one part of a data set: arithmetic only.
///
/// The shards stand one behind the other, shuffled or not; of that line of samples each part takes
/// its own stretch, so that parts share nothing, leave nothing out and differ in length by one at
/// most. Shuffled, a part's samples pass through a buffer from which a random one is taken each
/// time, as in WebDataset's `shuffle`; the buffer holds places, not pictures.
struct SampleOrder {
    /// Where a sample is.
    struct Place: Equatable {
        /// Of the list of shards.
        var shard: Int
        /// In the shard, from 0.
        var ordinal: Int
    }

    private let counts: [Int]
    /// The shards in this epoch's order.
    private let line: [Int]
    /// The next place of the line, as an index of `line` and an ordinal.
    private var (current, ordinal) = (0, 0)
    /// Places of the line left for this part.
    private var left: Int
    private let bufferSize: Int
    private var buffer: [Place] = []
    private var random: ShuffleGenerator
    /// Places in the buffer, by shard.
    private var waiting: [Int: Int] = [:]

    /// The order of an epoch.
    ///
    /// - Parameters:
    ///   - counts: samples of each shard.
    ///   - order: shuffled or not.
    ///   - part: which stretch, see ``ShardReader/Part``.
    ///   - epoch: shuffled anew each time.
    init(counts: [Int], order: ShardReader.Order, part: ShardReader.Part, epoch: Int) {
        self.counts = counts
        var line = Array(counts.indices)
        switch order {
        case .sequential:
            bufferSize = 1
            random = ShuffleGenerator(0, 0, 0)
        case .shuffled(let seed, let size):
            bufferSize = max(1, size)
            // The order of shards is every part's; the order within differs.
            var shared = ShuffleGenerator(seed, UInt64(epoch), 0)
            for i in line.indices.reversed() { line.swapAt(i, shared.below(i + 1)) }
            random = ShuffleGenerator(seed, UInt64(epoch), UInt64(part.index) + 1)
        }
        self.line = line
        let range = part.range(of: counts.reduce(0, +))
        left = range.count
        ordinal = range.lowerBound
        while left > 0, ordinal >= counts[line[current]] {
            ordinal -= counts[line[current]]
            current += 1
        }
    }

    /// The next place, and whether it is the part's last of its shard; nil at the end.
    mutating func next() -> (place: Place, isLastOfShard: Bool)? {
        while buffer.count < bufferSize, let place = nextOfLine() {
            buffer.append(place)
            waiting[place.shard, default: 0] += 1
        }
        guard !buffer.isEmpty else { return nil }
        let chosen = buffer.count == 1 ? 0 : random.below(buffer.count)
        buffer.swapAt(chosen, buffer.count - 1)
        let place = buffer.removeLast()
        let others = (waiting[place.shard] ?? 1) - 1
        waiting[place.shard] = others == 0 ? nil : others
        let isComing = left > 0 && line[current] == place.shard
        return (place, others == 0 && !isComing)
    }

    private mutating func nextOfLine() -> Place? {
        guard left > 0 else { return nil }
        let place = Place(shard: line[current], ordinal: ordinal)
        (left, ordinal) = (left - 1, ordinal + 1)
        while left > 0, ordinal >= counts[line[current]] { (current, ordinal) = (current + 1, 0) }
        return place
    }
}

/// SplitMix64 (Steele et al. 2014) over several seeds; the same numbers with every Swift.
struct ShuffleGenerator {
    private var state: UInt64 = 0

    init(_ seeds: UInt64...) {
        for seed in seeds { state = next() ^ seed }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number in `0..<bound`; the bias, bound / 2^64, is far below what a shuffle could show.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }
}
