extension Table {
    /// An HTML `<table>` with title as caption, and notes as a paragraph after it.
    public var html: String {
        func row(_ cells: [String], _ tag: String) -> String {
            let fields = columns.indices.map { column in
                "<\(tag)\(isNumeric(column) ? " class=\"number\"" : "")>"
                    + "\(escapedMarkup(cells[column]))</\(tag)>"
            }
            return "<tr>" + fields.joined() + "</tr>"
        }
        var lines = ["<div class=\"wide\"><table>"]
        if !title.isEmpty { lines.append("<caption>\(escapedMarkup(title))</caption>") }
        lines.append("<thead>\(row(columns.map(\.heading), "th"))</thead><tbody>")
        lines += texts.map { row($0, "td") }
        lines.append("</tbody></table></div>")
        lines += notes.map { "<p class=\"note\">\(escapedMarkup($0))</p>" }
        return lines.joined(separator: "\n") + "\n"
    }
}
