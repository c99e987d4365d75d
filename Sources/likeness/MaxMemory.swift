import ArgumentParser
import Diffusion
import Foundation

/// An amount of memory: `6GB`, `5.5GiB`, `800M`, `1000000`.
struct ByteCount: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let digits = argument.prefix { $0.isNumber || $0 == "." }
        let unit = argument.dropFirst(digits.count).trimmingCharacters(in: .whitespaces)
        let factors: [String: Double] = [
            "": 1, "b": 1, "k": 1e3, "kb": 1e3, "m": 1e6, "mb": 1e6, "g": 1e9, "gb": 1e9,
            "t": 1e12, "tb": 1e12, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824,
            "tib": 1_099_511_627_776,
        ]
        guard let number = Double(digits), let factor = factors[unit.lowercased()],
            number * factor >= 1, number * factor < 1e15
        else { return nil }
        bytes = Int(number * factor)
    }
}

extension MemoryNeed {
    /// Refuses a run that needs more than a user allows.
    ///
    /// - Throws: `CommandError` that says what takes most, and what takes less.
    func check(_ limit: ByteCount?, advice: String) throws {
        guard let limit, peak > limit.bytes, let largest else { return }
        throw CommandError(
            "--max-memory: expected room for about \(Format.bytes(peak)), found "
                + "\(Format.bytes(limit.bytes)); \(largest.name) takes most, "
                + "\(Format.bytes(largest.weights)) of weights and \(Format.bytes(largest.work)) of "
                + "work; \(advice)", code: Failure.outOfMemory)
    }
}
