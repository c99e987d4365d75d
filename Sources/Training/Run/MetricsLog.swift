import Checkpoints
import Foundation

/// `metrics.jsonl`: one JSON object a line, with the step and what was measured there.
///
/// A run that goes on from an earlier step drops the lines after it, so every step stands once.
public final class MetricsLog {
    /// One line.
    public struct Line: Equatable, Sendable {
        /// Steps done.
        public var step: Int
        /// By name.
        public var values: [String: Double]

        /// What was measured after a step.
        public init(step: Int, values: [String: Double]) {
            (self.step, self.values) = (step, values)
        }
    }

    /// Where it is.
    public let path: String
    /// Every line of the run so far.
    public private(set) var lines: [Line]
    private let handle: FileHandle

    /// Opens a log, with what it holds up to a step.
    ///
    /// - Throws: `CheckpointError`; what Foundation throws where a file cannot be opened.
    public init(_ path: String, upTo step: Int) throws {
        self.path = path
        lines = Self.read(path).filter { $0.step <= step }
        try AtomicFile.write(Array(lines.map(Self.text).joined().utf8), to: path)
        handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try handle.seekToEnd()
    }

    deinit { try? handle.close() }

    /// Appends a line.
    public func append(_ line: Line) throws {
        lines.append(line)
        do { try handle.write(contentsOf: Data(Self.text(line).utf8)) } catch {
            throw TrainingError("\(path): could not write it: \(error.localizedDescription)")
        }
    }

    /// The lines of a file; a last one that a killed process left unfinished does not count.
    public static func read(_ path: String) -> [Line] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").compactMap { line in
            guard case .object(let members) = try? JSONValue(Array(line.utf8)),
                case .number(let step)? = members["step"], let step = Int(step)
            else { return nil }
            let values = members.compactMapValues { value -> Double? in
                if case .number(let text) = value { return Double(text) }
                return nil
            }
            return Line(step: step, values: values.filter { $0.key != "step" })
        }
    }

    private static func text(_ line: Line) -> String {
        // JSON has no word for what is not finite.
        let pairs = line.values.sorted { $0.key < $1.key }.map { name, value in
            "\(jsonString(name)): \(value.isFinite ? "\(value)" : "null")"
        }
        return "{" + (["\"step\": \(line.step)"] + pairs).joined(separator: ", ") + "}\n"
    }
}
