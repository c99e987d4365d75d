import Foundation

/// A number with a fixed count of decimals, the same in every locale.
///
/// - Parameters:
///   - value: any number.
///   - digits: decimals, 0...12.
/// - Returns: digits with a point; `–` for what is no number.
package func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
    let digits = min(max(digits, 0), 12)
    let scaled = (abs(value) * pow(10, Double(digits))).rounded()
    // Beyond 2^53 the decimals are no information any more.
    guard scaled < 9e15 else { return "\(value)" }
    var text = String(Int(scaled))
    if digits > 0 {
        text = String(repeating: "0", count: max(digits + 1 - text.count, 0)) + text
        text.insert(".", at: text.index(text.endIndex, offsetBy: -digits))
    }
    return value < 0 && scaled > 0 ? "-" + text : text
}

/// The label of a round value: `0.25`, `20k`, `2e-6`.
func tickLabel(_ value: Double, step: Double, largest: Double) -> String {
    let (unit, suffix): (Double, String) =
        largest >= 1e12 || step < 1e-4
        ? (1, "e")
        : largest >= 1e9
            ? (1e9, "G")
            : largest >= 1e6
                ? (1e6, "M")
                : largest >= 1e4 ? (1e3, "k") : (1, "")
    if abs(value) < step / 2 { return "0" }
    if suffix == "e" {
        let exponent = log10(abs(value) * (1 + 1e-9)).rounded(.down)
        let digits = max(Int(exponent - log10(step * (1 + 1e-9)).rounded(.down)), 0)
        return signed(fixed(value / pow(10, exponent), digits: digits)) + "e\(Int(exponent))"
    }
    let digits = max(Int(-log10(step / unit * (1 + 1e-9)).rounded(.down)), 0)
    return signed(fixed(value / unit, digits: digits)) + suffix
}

/// The label of `factor * 10^exponent`: `0.02`, `500`, `2·10⁻⁵`.
func powerLabel(_ factor: Int, _ exponent: Int) -> String {
    if (-3...3).contains(exponent) {
        return fixed(Double(factor) * pow(10, Double(exponent)), digits: max(-exponent, 0))
    }
    let raised = String(exponent).map { superscripts[$0] ?? String($0) }.joined()
    return (factor == 1 ? "" : "\(factor)·") + "10" + raised
}

/// A true minus sign is as wide as a plus and does not look like a dash.
private func signed(_ text: String) -> String {
    text.hasPrefix("-") ? "−" + text.dropFirst() : text
}

private let superscripts: [Character: String] = [
    "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷",
    "8": "⁸", "9": "⁹",
]
