/// From the arena, where values may be shared or circular, to a tree that anyone may walk.
extension PickleMachine {
    /// Sharing makes trees grow exponentially ("billion laughs"), so nodes are counted.
    static let maximumNodes = 1_000_000
    /// Bounds the recursion here, and in whatever walks the tree.
    static let maximumDepth = 64

    /// The tree below a value.
    func tree(_ value: PickleValue) throws -> TorchValue {
        var nodes = 0
        return try tree(value, depth: 0, nodes: &nodes)
    }

    private func tree(
        _ value: PickleValue, depth: Int, nodes: inout Int
    ) throws -> TorchValue {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw input.failure(
                .tooMany("values in a pickle", found: nodes, limit: Self.maximumNodes))
        }
        guard depth <= Self.maximumDepth else {
            throw input.failure(
                .tooMany("nested containers in a pickle", found: depth, limit: Self.maximumDepth))
        }
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .bigInteger(let value): return .bigInteger(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .bytes(let value): return .bytes(value)
        case .global(.dtype(let dtype), _): return .dtype(dtype)
        case .global(_, let name), .numPyGlobal(_, let name):
            throw input.failure("a value", "the Python object \(name) itself")
        case .object(let place):
            switch objects[place] {
            case .tuple(let items), .list(let items):
                return .list(try items.map { try tree($0, depth: depth + 1, nodes: &nodes) })
            case .dictionary(let items, _):
                return try dictionary(items, depth: depth, nodes: &nodes)
            case .tensor(let tensor): return .tensor(tensor)
            case .storage: throw input.failure("a tensor", "a storage without one")
            case .numPy: throw input.failure("a tensor", "an array")
            }
        }
    }

    private func dictionary(
        _ items: [(key: PickleValue, value: PickleValue)], depth: Int, nodes: inout Int
    ) throws -> TorchValue {
        var seen = Set<String>()
        return .dictionary(
            try items.map { key, value in
                let text =
                    switch key {
                    case .string(let text): text
                    case .integer(let number): String(number)
                    default: throw input.failure("keys that are strings or numbers", "another")
                    }
                guard seen.insert(text).inserted else {
                    throw input.failure("every key once", "\(quoted(text)) again")
                }
                let value = try tree(value, depth: depth + 1, nodes: &nodes)
                return TorchValue.Member(key: text, value: value)
            })
    }
}
