extension WorldRandom {
    /// A number in 0..<1, a multiple of 2⁻⁵³.
    public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number between two bounds, both of which are within reach of rounding only.
    public mutating func uniform(_ range: ClosedRange<Float>) -> Float {
        let u = Float(uniform())
        return min(range.lowerBound + u * (range.upperBound - range.lowerBound), range.upperBound)
    }

    /// A whole number in `0..<count`.
    ///
    /// The high half of a 128-bit product; its bias is below `count` / 2⁶⁴.
    ///
    /// - Parameter count: at least 1.
    /// - Returns: a whole number.
    public mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "cannot draw below \(count)")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// True with a probability; 0 and less never, 1 and more always.
    public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

    /// A standard-normal number by Marsaglia's polar method (1964).
    ///
    /// The second number of each pair is dropped: the state is then all there is to a stream.
    public mutating func normal() -> Double {
        while true {
            let x = 2 * uniform() - 1
            let y = 2 * uniform() - 1
            let s = x * x + y * y
            if s > 0 && s < 1 {
                return x * (-2 * portableLog(s) / s).squareRoot()
            }
        }
    }

    /// A normal number cut to a range.
    ///
    /// Draws anew while it falls outside, at most 16 times, and then takes the nearest bound:
    /// cutting at once would heap people up at both ends.
    ///
    /// - Parameters:
    ///   - mean: of the uncut distribution.
    ///   - deviation: standard deviation of the uncut distribution.
    ///   - range: what the result lies in.
    /// - Returns: a number in the range.
    public mutating func normal(
        _ mean: Float, _ deviation: Float, in range: ClosedRange<Float>
    ) -> Float {
        var value = mean
        for _ in 0..<16 {
            value = mean + deviation * Float(normal())
            if range.contains(value) { return value }
        }
        return min(max(value, range.lowerBound), range.upperBound)
    }

    /// One of several, all alike likely; there must be at least one.
    public mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

    /// One of several, by weight.
    ///
    /// - Parameter weights: items and their weights; weights below zero count as zero, and at least
    ///   one must be above.
    /// - Returns: an item whose weight is above zero.
    public mutating func choose<Item>(_ weights: KeyValuePairs<Item, Float>) -> Item {
        choose(from: weights.map { ($0.key, $0.value) })
    }

    /// One of several, by weight.
    ///
    /// - Parameter items: pairs of item and weight; weights below zero count as zero, and at least
    ///   one must be above.
    /// - Returns: an item whose weight is above zero.
    public mutating func choose<Item>(from items: [(Item, Float)]) -> Item {
        let total = items.reduce(0.0) { $0 + Double(max($1.1, 0)) }
        precondition(total > 0, "no item has any weight")
        var rest = uniform() * total
        for (item, weight) in items where weight > 0 {
            rest -= Double(weight)
            if rest < 0 { return item }
        }
        // Rounding can leave a trace of `rest`; it belongs to the last item that has weight.
        return items[items.lastIndex { $0.1 > 0 } ?? 0].0
    }
}

/// The natural logarithm from the four basic operations alone, to about 1e-15.
///
/// ln(m 2ᵉ) = e ln 2 + 2 artanh((m - 1) / (m + 1)) with m in 0.7...1.42, where twelve terms
/// suffice. `x` must be above zero and finite.
package func portableLog(_ x: Double) -> Double {
    var m = x.significand
    var e = Double(x.exponent)
    if m > 1.414_213_562_373_095_1 {
        m /= 2
        e += 1
    }
    let z = (m - 1) / (m + 1)
    var sum = 0.0
    for k in stride(from: 23, through: 1, by: -2) {
        sum = sum * z * z + 1 / Double(k)
    }
    return e * 0.693_147_180_559_945_3 + 2 * z * sum
}

/// How far `x` has gone from `low` to `high`: 0 before, 1 after, smooth between.
func ramp(_ x: Float, _ low: Float, _ high: Float) -> Float {
    let t = min(max((x - low) / (high - low), 0), 1)
    return t * t * (3 - 2 * t)
}

/// A straight blend: `a` at 0, `b` at 1.
func blend(_ a: Float, _ b: Float, _ t: Float) -> Float { a + (b - a) * t }

/// A straight blend of colours: `a` at 0, `b` at 1.
func blend(_ a: SIMD3<Float>, _ b: SIMD3<Float>, _ t: Float) -> SIMD3<Float> { a + (b - a) * t }
