@preconcurrency import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a wish that long work asks after: the first one stops it in order, the second at once.
final class Interrupt: Sendable {
    private let requested = Mutex(false)
    private let source: any DispatchSourceSignal

    var isRequested: Bool { requested.withLock { $0 } }

    init() {
        signal(SIGINT, SIG_IGN)
        source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        source.setEventHandler { [weak self] in
            guard let self else { return }
            let again = requested.withLock { wish in
                defer { wish = true }
                return wish
            }
            if again { exit(130) }
            Reporting.error("\nlikeness: stopping; Ctrl-C again stops at once")
        }
        source.resume()
    }

    deinit {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}
