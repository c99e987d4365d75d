import Torch

/// What a step minimises, as small named values, and what it only reports.
///
/// ```swift
/// var losses = LossTerms()
/// try losses.add("reconstruction", (x - y).abs().mean())
/// try losses.add("kl", divergence, weight: 1e-6)
/// losses.report("psnr", psnr)
/// ```
public struct LossTerms {
    /// One part of the loss.
    public struct Term {
        /// What logs and plots call it.
        public let name: String
        /// A scalar, before its weight.
        public let value: Tensor
        /// Its share in the sum.
        public let weight: Double
    }

    /// In the order they were added.
    public private(set) var terms: [Term] = []
    /// Scalars that are logged and not minimised.
    public private(set) var figures: [(name: String, value: Tensor)] = []

    /// Nothing yet.
    public init() {}

    /// Adds a part of the loss.
    ///
    /// - Throws: ``TrainingError`` for anything but a scalar.
    public mutating func add(_ name: String, _ value: Tensor, weight: Double = 1) throws {
        guard value.count == 1 else {
            throw TrainingError("loss \(name): expected a scalar, found \(value.shape).")
        }
        terms.append(Term(name: name, value: value, weight: weight))
    }

    /// Logs a scalar beside the losses.
    public mutating func report(_ name: String, _ value: Tensor) { figures.append((name, value)) }

    /// The weighted sum.
    ///
    /// - Throws: ``TrainingError`` if nothing was added.
    public func total() throws -> Tensor {
        guard var sum = try terms.first.map({ try $0.value * $0.weight }) else {
            throw TrainingError("expected a loss, found no terms.")
        }
        for term in terms.dropFirst() { sum = try sum + term.value * term.weight }
        return sum
    }

    /// Every value by name, with the sum as `loss`; waits for the device.
    public func numbers() throws -> [String: Double] {
        var numbers = ["loss": try total().item()]
        // A single unweighted term is the loss itself.
        if terms.count > 1 || terms.first?.weight != 1 {
            for term in terms { numbers[term.name] = try term.value.item() }
        }
        for figure in figures { numbers[figure.name] = try figure.value.item() }
        return numbers
    }
}
