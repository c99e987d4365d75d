import Checkpoints

extension Table {
    /// A Markdown table under a bold title, with its notes below.
    public var markdown: String {
        func line(_ cells: [String]) -> String {
            "| " + cells.map(Self.escapedMarkdown).joined(separator: " | ") + " |"
        }
        var lines = title.isEmpty ? [] : ["**\(Self.escapedMarkdown(title))**", ""]
        lines.append(line(columns.map(\.heading)))
        lines.append("|" + columns.indices.map { isNumeric($0) ? "---:|" : "---|" }.joined())
        lines += texts.map(line)
        for note in notes { lines += ["", Self.escapedMarkdown(note)] }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Comma-separated values after RFC 4180: a line of headings, then numbers in full.
    ///
    /// Title and notes are left out, and an interval is its middle number.
    public var csv: String {
        func field(_ text: String) -> String {
            guard text.contains(where: { "\",\n\r".contains($0) || $0.isNewline }) else {
                return text
            }
            return "\"" + text.replacing("\"", with: "\"\"") + "\""
        }
        func value(_ cell: Cell) -> String {
            switch cell {
            case .text(let text): text
            case .number(let value), .interval(let value, _): value.isFinite ? "\(value)" : ""
            case .count(let value): "\(value)"
            case .missing: ""
            }
        }
        let lines =
            [columns.map(\.heading)]
            + rows.map { row in columns.indices.map { value(cell(row, $0)) } }
        return lines.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    /// Columns aligned for a terminal, with a rule under the headings.
    public var text: String {
        // A line break would end the row.
        let lines = ([columns.map(\.heading)] + texts).map { row in
            row.map { text in String(text.map { $0.isNewline ? " " : $0 }) }
        }
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        func line(_ cells: [String]) -> String {
            var text = columns.indices.map { column in
                let room = String(repeating: " ", count: widths[column] - cells[column].count)
                return isNumeric(column) ? room + cells[column] : cells[column] + room
            }.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
        var result = title.isEmpty ? [] : [title, ""]
        result += [line(lines[0]), rule] + lines.dropFirst().map(line)
        if !notes.isEmpty { result += [""] + notes }
        return result.joined(separator: "\n") + "\n"
    }

    /// JSON with every number in full: title, columns, rows and notes.
    ///
    /// Numbers that are not finite are null, and an interval is `{"value", "low", "high"}`.
    public var json: String { jsonValue.text + "\n" }

    /// As ``json``, to be a part of something larger.
    package var jsonValue: JSONValue {
        func number(_ value: Double) -> JSONValue { value.isFinite ? .number("\(value)") : .null }
        func value(_ cell: Cell) -> JSONValue {
            switch cell {
            case .text(let text): .string(text)
            case .number(let value): number(value)
            case .count(let value): .number("\(value)")
            case .interval(let value, let bounds):
                [
                    "value": number(value), "low": number(bounds.lowerBound),
                    "high": number(bounds.upperBound),
                ]
            case .missing: nil
            }
        }
        return [
            "title": .string(title),
            "columns": .array(
                columns.map {
                    ["title": .string($0.title), "unit": .string($0.unit)]
                }),
            "rows": .array(
                rows.map { row in .array(columns.indices.map { value(cell(row, $0)) }) }),
            "notes": .array(notes.map(JSONValue.string)),
        ]
    }

    /// A pipe would end a cell, a line break the row, and an angle bracket begins HTML.
    private static func escapedMarkdown(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "|", "\\", "`", "*", "_": result += "\\\(character)"
            case "<": result += "&lt;"
            case _ where character.isNewline: result += " "
            default: result.append(character)
            }
        }
    }
}
