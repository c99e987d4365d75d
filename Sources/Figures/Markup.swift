/// Text as it may stand between tags or in a quoted attribute of HTML, XML or SVG.
///
/// Characters that XML cannot hold at all, such as NUL, become U+FFFD.
///
/// - Parameter text: any text.
/// - Returns: the text with `&`, `<`, `>` and both quotes written as entities.
public func escapedMarkup(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        case "'": result += "&#39;"
        case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
        case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result
}
