import Foundation
import Layers
import TestSupport
import Torch

// Keys: Reference/evaluation/keys; the rule by which values are drawn: Reference/evaluation/networks.py

/// Made-up weights under published names, which the Python side draws by the same rule.
struct SeededSource: ParameterSource {
    let names: [String]
    private let shapes: [String: [Int]]
    /// Floating-point names, sorted by their bytes: the i-th draws from seed 3000 + i.
    private let drawn: [String]
    /// Takes the values of another name, to see a test fail.
    var swapped: [String: String] = [:]

    /// The names of a list in Reference/evaluation/keys without those that a test gives itself.
    init(_ list: String, leavingOut left: [String] = []) throws {
        let lines = try publishedKeys(list).filter { name, _, _ in
            !left.contains { name.hasPrefix($0) }
        }
        names = lines.map(\.name)
        shapes = Dictionary(lines.map { ($0.name, $0.shape) }, uniquingKeysWith: { a, _ in a })
        drawn = lines.filter { $0.dtype != "int64" }.map(\.name)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    func shape(of name: String) -> [Int]? { shapes[name] }

    func tensor(named asked: String, dtype: DType?, device: Device) throws -> Tensor {
        let name = swapped[asked] ?? asked
        guard let shape = shapes[name], let place = drawn.firstIndex(of: name) else {
            throw TorchError(operation: "SeededSource", message: "no '\(name)'")
        }
        let u = try Tensor.rand(shape, generator: Generator(seed: 3000 + UInt64(place)))
        if name.hasSuffix("running_var") { return try u * 1.5 + 0.5 }
        if name.hasPrefix("lin") { return u }
        let signed = try u * 2.0 - 1.0
        if shape.count > 1 {
            return try signed * (3 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
        }
        return try name.hasSuffix("weight") ? u + 0.5 : signed * (0.1 * 3.0.squareRoot())
    }
}

/// Names, shapes and types of a list in Reference/evaluation/keys.
func publishedKeys(_ list: String) throws -> [(name: String, shape: [Int], dtype: String)] {
    let url = Fixture.root.appendingPathComponent("Reference/evaluation/keys/\(list).txt")
    return try String(contentsOf: url, encoding: .utf8).split(separator: "\n").map { line in
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        let sizes = parts[1].dropFirst().dropLast().split(separator: ",")
        return (
            parts[0], sizes.compactMap { Int($0.filter { $0 != " " }) }, parts[2]
        )
    }
}

/// The oracle's numbers. Recipe: Reference/evaluation/write_fixtures.py
func oracle() throws -> Fixture { try Fixture("evaluation/evaluation") }

extension Fixture {
    /// The values of a tensor as doubles.
    func doubles(_ name: String) throws -> [Double] { try self[name].toArray() }
}

/// Whether two lists of numbers agree to a relative tolerance.
func agree(_ a: [Double], _ b: [Double], within tolerance: Double = 1e-9) -> Bool {
    a.count == b.count
        && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(abs($0), abs($1), 1e-3) }
}
