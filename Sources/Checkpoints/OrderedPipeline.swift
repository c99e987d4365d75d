import Foundation

/// Works jobs off on several threads and hands the results out in the jobs' order.
///
/// At most `window` jobs are drawn and not yet taken, so memory is bounded however slow the taker
/// is. Results, and the error that ends them, do not depend on the number of threads.
package final class OrderedPipeline<Job, Output>: Sendable {
    private let core: Core

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - threads: at least 1.
    ///   - window: most jobs drawn and not yet taken, at least 1.
    ///   - draw: the next job, nil after the last; never called by two threads at once.
    ///   - work: does a job; called by all threads.
    package init(
        threads: Int, window: Int, draw: @escaping () throws -> Job?,
        work: @escaping @Sendable (Job) throws -> Output
    ) {
        core = Core(window: max(1, window), draw: draw, work: work)
        core.start(threads: min(max(1, threads), max(1, window)))
    }

    deinit { core.stop() }

    /// The next result; nil after the last.
    ///
    /// - Throws: what drawing or doing this job threw; nothing follows.
    package func next() throws -> Output? { try core.next() }

    /// Draws no more jobs and waits until those at work are done. Nothing follows.
    package func finish() {
        core.stop()
        core.waitForThreads()
    }

    /// What threads and taker share. The threads hold it, and not the pipeline, so that they end
    /// when the pipeline is given up.
    private final class Core: @unchecked Sendable {
        // Sendable by contract: everything that changes is guarded by `condition`.
        private let condition = NSCondition()
        private let window: Int
        private let draw: () throws -> Job?
        private let work: @Sendable (Job) throws -> Output
        /// By ticket: the jobs are numbered as they are drawn.
        private var results: [Int: Result<Output, any Error>] = [:]
        private var drawn = 0
        private var taken = 0
        private var isDrained = false
        private var isStopped = false
        private var threadsAtWork = 0

        init(
            window: Int, draw: @escaping () throws -> Job?,
            work: @escaping @Sendable (Job) throws -> Output
        ) {
            (self.window, self.draw, self.work) = (window, draw, work)
        }

        func start(threads: Int) {
            threadsAtWork = threads
            for _ in 0..<threads {
                let thread = Thread { self.run() }
                // Renderers and decoders need more than the 512 KiB that macOS gives.
                thread.stackSize = 8 << 20
                thread.start()
            }
        }

        func next() throws -> Output? {
            condition.lock()
            defer { condition.unlock() }
            while !isStopped, results[taken] == nil, !(isDrained && taken == drawn) {
                condition.wait()
            }
            guard !isStopped, let result = results.removeValue(forKey: taken) else { return nil }
            taken += 1
            condition.broadcast()
            if case .failure = result { isStopped = true }
            return try result.get()
        }

        func stop() {
            condition.lock()
            isStopped = true
            results = [:]
            condition.broadcast()
            condition.unlock()
        }

        func waitForThreads() {
            condition.lock()
            while threadsAtWork > 0 { condition.wait() }
            condition.unlock()
        }

        private func run() {
            condition.lock()
            while let (ticket, job) = nextJob() {
                condition.unlock()
                let result = Result { try work(job) }
                condition.lock()
                record(result, ticket)
            }
            threadsAtWork -= 1
            condition.broadcast()
            condition.unlock()
        }

        /// Waits for room, then draws; nil when there is nothing left to do.
        private func nextJob() -> (ticket: Int, job: Job)? {
            while !isStopped, !isDrained, drawn - taken >= window { condition.wait() }
            guard !isStopped, !isDrained else { return nil }
            let ticket = drawn
            do {
                if let job = try draw() {
                    drawn += 1
                    return (ticket, job)
                }
            } catch {
                drawn += 1
                record(.failure(error), ticket)
            }
            isDrained = true
            condition.broadcast()
            return nil
        }

        private func record(_ result: Result<Output, any Error>, _ ticket: Int) {
            guard !isStopped else { return }
            results[ticket] = result
            // Nothing after a failure will be taken.
            if case .failure = result { isDrained = true }
            condition.broadcast()
        }
    }
}
