import Checkpoints
import Foundation
import Testing

@Suite struct OrderedPipelineTests {
    private struct Failure: Error, Equatable { let job: Int }

    /// Counts under a lock: jobs drawn and not taken, and the most at once.
    private final class Tally: @unchecked Sendable {
        private let lock = NSLock()
        private var open = 0
        private(set) var most = 0
        private(set) var drawn = 0

        func add(_ change: Int) {
            lock.withLock {
                open += change
                most = max(most, open)
                if change > 0 { drawn += 1 }
            }
        }
    }

    private func pipeline(
        _ count: Int, threads: Int, window: Int, tally: Tally = Tally(), failing: Int? = nil
    ) -> OrderedPipeline<Int, Int> {
        var next = 0
        return OrderedPipeline(
            threads: threads, window: window,
            draw: {
                guard next < count else { return nil }
                tally.add(1)
                next += 1
                return next - 1
            },
            work: { job in
                // Later jobs are often done first.
                usleep(UInt32((job * 7919) % 5) * 200)
                if job == failing { throw Failure(job: job) }
                return job * job
            })
    }

    @Test(arguments: [1, 2, 4])
    func keepsTheOrderWhateverTheThreads(threads: Int) throws {
        let pipeline = pipeline(100, threads: threads, window: 8)
        for job in 0..<100 { #expect(try pipeline.next() == job * job) }
        #expect(try pipeline.next() == nil)
        #expect(try pipeline.next() == nil)
    }

    @Test func drawsNoMoreThanItsWindowAhead() throws {
        let tally = Tally()
        let pipeline = pipeline(200, threads: 4, window: 5, tally: tally)
        for job in 0..<200 {
            if job % 50 == 0 { usleep(20_000) }
            _ = try pipeline.next()
            tally.add(-1)
        }
        // The taker counts after it has taken, so one more may be drawn by then.
        #expect(tally.most <= 6)
        #expect(tally.most >= 5, "a window that is not used proves nothing")
    }

    @Test(arguments: [1, 2, 4])
    func failsAtTheFailingJobAndNotBefore(threads: Int) throws {
        let pipeline = pipeline(100, threads: threads, window: 8, failing: 30)
        for job in 0..<30 { #expect(try pipeline.next() == job * job) }
        #expect(throws: Failure(job: 30)) { try pipeline.next() }
        #expect(try pipeline.next() == nil)
    }

    @Test func failureToDrawComesInItsTurn() throws {
        var next = 0
        let pipeline = OrderedPipeline<Int, Int>(
            threads: 3, window: 8,
            draw: {
                if next == 10 { throw Failure(job: 10) }
                next += 1
                return next
            }, work: { $0 })
        for job in 1...10 { #expect(try pipeline.next() == job) }
        #expect(throws: Failure(job: 10)) { try pipeline.next() }
    }

    @Test func stopsWorkWhenItIsGivenUp() throws {
        let tally = Tally()
        do {
            let pipeline = pipeline(1_000_000, threads: 2, window: 4, tally: tally)
            _ = try pipeline.next()
        }
        usleep(50_000)
        let drawn = tally.drawn
        usleep(50_000)
        #expect(tally.drawn == drawn)
        #expect(drawn <= 6)
    }

    @Test func nothingRunsAfterItIsFinished() throws {
        let tally = Tally()
        let pipeline = pipeline(1000, threads: 4, window: 8, tally: tally)
        _ = try pipeline.next()
        pipeline.finish()
        let drawn = tally.drawn
        usleep(10_000)
        #expect(tally.drawn == drawn)
        #expect(try pipeline.next() == nil)
    }
}
