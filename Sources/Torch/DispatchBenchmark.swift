import CTorch

/// Seconds that `rounds` calls of `at::add(a, b)` take in a C++ loop: the yardstick for Swift's `+`.
package func secondsOfAddInCxx(_ a: Tensor, _ b: Tensor, rounds: Int) throws -> Double {
    var seconds = 0.0
    try check(ct_benchmark_add(a.handle, b.handle, Int64(rounds), &seconds), "benchmark")
    return seconds
}
