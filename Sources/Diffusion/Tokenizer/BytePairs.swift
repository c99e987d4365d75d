/// Byte-pair merges in order of their rank (Sennrich et al. 2016), as the reference applies them.
///
/// A heap keeps a word of n bytes at n log n steps, however hostile.
struct BytePairs {
    /// What a pair of tokens becomes.
    struct Merge {
        let rank: Int
        let token: Int32
    }

    /// Merges by the pair's tokens.
    private let merges: [UInt64: Merge]

    init(_ merges: [UInt64: Merge]) { self.merges = merges }

    /// A pair as a key.
    static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Merges a word's symbols until no pair is left that could be.
    func merged(_ symbols: [Int32]) -> [Int32] {
        guard symbols.count > 1 else { return symbols }
        var tokens = symbols
        // A doubly linked list over positions; -1 ends it. A swallowed symbol has token -1.
        var next = (1...symbols.count).map { $0 < symbols.count ? $0 : -1 }
        var previous = (0..<symbols.count).map { $0 - 1 }
        var queue = Heap()

        func push(_ left: Int) {
            let right = next[left]
            guard right >= 0, let merge = merges[Self.key(tokens[left], tokens[right])] else {
                return
            }
            queue.insert(.init(rank: merge.rank, position: left, token: merge.token))
        }

        for position in symbols.indices { push(position) }
        while let top = queue.popFirst() {
            let left = top.position
            guard tokens[left] >= 0, next[left] >= 0 else { continue }
            let right = next[left]
            // The pair may have changed since; like the reference, what counts is its result.
            guard merges[Self.key(tokens[left], tokens[right])]?.token == top.token else {
                continue
            }
            tokens[left] = top.token
            tokens[right] = -1
            next[left] = next[right]
            if next[left] >= 0 { previous[next[left]] = left }
            if previous[left] >= 0 { push(previous[left]) }
            push(left)
        }
        return tokens.filter { $0 >= 0 }
    }
}

/// A binary heap of candidate merges; lowest rank first, then leftmost.
private struct Heap {
    struct Candidate {
        let rank: Int
        let position: Int
        let token: Int32

        static func < (a: Candidate, b: Candidate) -> Bool {
            a.rank != b.rank ? a.rank < b.rank : a.position < b.position
        }
    }

    private var items: [Candidate] = []

    mutating func insert(_ item: Candidate) {
        items.append(item)
        var child = items.count - 1
        while child > 0, items[child] < items[(child - 1) / 2] {
            items.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> Candidate? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        guard !items.isEmpty else { return first }
        items[0] = last
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < items.count && items[child] < items[least] {
                least = child
            }
            guard least != parent else { return first }
            items.swapAt(parent, least)
            parent = least
        }
    }
}
