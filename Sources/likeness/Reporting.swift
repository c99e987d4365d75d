import ArgumentParser
import Foundation

/// How a command talks: the flags that every subcommand takes.
struct Reporting: ParsableArguments {
    @Flag(help: "Print the result as one JSON object, errors too.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print no progress and no remarks.")
    var quiet = false

    /// Prints a result: `text` for people, `value` for machines.
    func result(_ value: some Encodable, text: @autoclosure () -> String) throws {
        if json { print(try Reporting.encode(value)) } else { print(text()) }
    }

    /// A remark that is no result: to standard error, so that results can be piped.
    func remark(_ text: String) {
        if !quiet && !json { Reporting.error(text) }
    }

    /// A step of a long command: one line that rewrites itself on a terminal; a line for every
    /// tenth of the way elsewhere.
    func progress(_ done: Int, of total: Int, _ what: String) {
        guard !quiet, !json, total > 0 else { return }
        if isatty(STDERR_FILENO) != 0 {
            let end = done == total ? "\n" : ""
            FileHandle.standardError.write(Data("\r\u{1B}[K\(what) \(done)/\(total)\(end)".utf8))
        } else if done == total || done * 10 / total != (done - 1) * 10 / total {
            Reporting.error("\(what) \(done)/\(total)")
        }
    }

    static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func error(_ text: String) {
        FileHandle.standardError.write(Data((text + "\n").utf8))
    }

    /// Runs a command's work and turns what it throws into one sentence and an exit code.
    func run(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let error as ExitCode {
            throw error
        } catch let error as ValidationError {
            throw error
        } catch {
            let failure = Failure(error)
            if json { print(try Reporting.encode(failure)) }
            Reporting.error("likeness: \(failure.error)")
            throw ExitCode(failure.code)
        }
    }
}
