import Foundation

/// A line of progress that rewrites itself on a terminal; elsewhere a plain line now and then.
final class ProgressLine {
    private let reporting: Reporting
    private let isTerminal = isatty(STDERR_FILENO) != 0
    private var last = ContinuousClock.now - .seconds(3600)

    init(_ reporting: Reporting) { self.reporting = reporting }

    /// Shows a line; not oftener than people can read.
    func show(_ text: String, isLast: Bool) {
        guard !reporting.quiet, !reporting.json else { return }
        let now = ContinuousClock.now
        let pause: Duration = isTerminal ? .milliseconds(100) : .seconds(15)
        guard isLast || now - last >= pause else { return }
        last = now
        guard isTerminal else {
            Reporting.error(text)
            return
        }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)\(isLast ? "\n" : "")".utf8))
    }
}
