/// Why a face, a head or a network of faces could not be used as asked.
///
/// Each case carries the facts; ``description`` makes one sentence of them.
public enum FaceError: Error, Hashable, Sendable {
    /// A tensor has another shape than the operation takes; `expected` is in words, `[B, 3]`.
    case shape(of: String, expected: String, found: [Int])
    /// A tensor has the right shape and impossible values.
    case values(of: String, expected: String, found: String)
    /// Eyelids were to be moved and the head has no eyelid shapes.
    case noEyelids
    /// A head's file does not say where expression begins among its components.
    case unknownShapeCount(file: String, components: Int)
    /// A size, count or number that a caller gave lies outside its range.
    case argument(String, expected: String, found: String)
    /// A file to be converted lacks an array, or has one that does not fit.
    case source(file: String, array: String, expected: String, found: String)
    /// A network's configuration has missing, impossible or unknown keys; each problem is a clause.
    case configuration(file: String, problems: [String])
    /// A network's weights do not fit its configuration, or tell of none.
    case weights(file: String, detail: String)
}

extension FaceError: CustomStringConvertible {
    /// One sentence: what was expected, what was found, where, what to try.
    public var description: String {
        switch self {
        case .shape(let name, let expected, let found):
            "\(name): expected a tensor of shape \(expected), found \(found)"
        case .values(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        case .noEyelids:
            "eyelids: expected a head with l_eyelid and r_eyelid, found one without; leave eyelids "
                + "out, or convert the head again with --left-eyelid and --right-eyelid"
        case .unknownShapeCount(let file, let components):
            "\(file): expected shape_count in the metadata to say how many of the \(components) "
                + "components are identity, found none; convert the head again, or give the count"
        case .argument(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        case .source(let file, let array, let expected, let found):
            "\(file): array \(array): expected \(expected), found \(found); is this FLAME's own file?"
        case .configuration(let file, let problems):
            "\(file): " + problems.joined(separator: "; ")
        case .weights(let file, let detail):
            "\(file): \(detail)"
        }
    }
}
