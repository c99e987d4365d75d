import Foundation

extension [Float] {
    // All of these take rising order.

    /// The index of the first element for which a condition that holds at first holds no more.
    func partition(where holds: (Float) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many elements are less than a value.
    func count(below value: Float) -> Int { partition(where: { $0 < value }) }

    /// How many elements are greater than a value.
    func count(above value: Float) -> Int { count - partition(where: { $0 <= value }) }

    /// The share of elements that are greater than a value.
    func share(above value: Float) -> Double { Double(count(above: value)) / Double(count) }

    /// The greatest element less than a value; minus infinity if there is none.
    func last(below value: Float) -> Float {
        let index = count(below: value)
        return index > 0 ? self[index - 1] : -.infinity
    }
}

/// The base-10 logarithm.
func logarithm(_ value: Double) -> Double { log10(value) }

/// 10 to a power.
func power10(_ value: Double) -> Double { pow(10, value) }
