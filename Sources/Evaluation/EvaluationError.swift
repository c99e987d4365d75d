import Torch

/// Why something could not be scored.
///
/// Each case carries the facts; ``description`` makes one sentence of them.
public enum EvaluationError: Error, Hashable, Sendable {
    /// A tensor has another shape than the score takes; `expected` is in words, `[B, 3, H, W]`.
    case shape(of: String, expected: String, found: [Int])
    /// A number or choice lies outside its range.
    case argument(String, expected: String, found: String)
    /// There is not enough to compute a score from.
    case tooFew(String, needed: Int, found: Int)
    /// Lists that belong together differ in length.
    case lengths(String, expected: Int, found: Int)
    /// Two sides of a comparison come from different feature nets.
    case featureNets(String, String)
}

extension EvaluationError: CustomStringConvertible {
    /// One sentence: what was expected, what was found, what to try.
    public var description: String {
        switch self {
        case .shape(let name, let expected, let found):
            "\(name): expected a tensor of shape \(expected), found \(found)"
        case .argument(let name, let expected, let found):
            "\(name): expected \(expected), found \(found)"
        case .tooFew(let name, let needed, let found):
            "\(name): expected at least \(needed), found \(found); score more pictures"
        case .lengths(let name, let expected, let found):
            "\(name): expected \(expected) of them, one for each row, found \(found)"
        case .featureNets(let first, let second):
            "expected statistics of one feature net, found those of \(first) and of \(second); "
                + "compute both with the same net"
        }
    }
}

/// Throws unless a condition on a tensor's shape holds.
func expect(_ holds: Bool, _ tensor: Tensor, _ name: String, _ expected: String) throws {
    guard holds else {
        throw EvaluationError.shape(of: name, expected: expected, found: tensor.shape)
    }
}
