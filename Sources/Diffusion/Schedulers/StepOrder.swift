import Torch

/// Holds a multistep method to consecutive steps: its history belongs to them.
struct StepOrder {
    /// The only step that may follow; any if nil.
    private var next: Int?

    mutating func advance(to index: Int) throws {
        guard next == nil || next == index else {
            throw DiffusionError(
                "Expected step \(next ?? index), found \(index): a multistep method takes its steps "
                    + "in order; make a scheduler a run.")
        }
        next = index + 1
    }

    mutating func restart(at index: Int, fresh: Bool) { next = fresh ? nil : index }
}

extension Scheduler {
    /// Predictions, newest first, under `output.0`, `output.1`, ...
    func saved(_ outputs: [Tensor]) -> [String: Tensor] {
        var state: [String: Tensor] = [:]
        for (age, output) in outputs.enumerated() { state["output.\(age)"] = output }
        return state
    }

    /// The predictions that ``saved(_:)`` put there.
    func history(_ state: [String: Tensor], limit: Int) throws -> [Tensor] {
        let outputs = (0..<limit).map { state["output.\($0)"] }.prefix { $0 != nil }
            .compactMap { $0 }
        guard outputs.count == state.count else { throw foreignState(state) }
        return outputs
    }
}
