/// Figures in rows and columns, written as Markdown, JSON, CSV, HTML or plain text.
///
/// ```swift
/// let table = Table(
///     title: "Verification", columns: [Table.Column("model"), Table.Column("TAR", unit: "%", digits: 1)],
///     rows: [["A", 97.31], ["B", 96.4]])
/// print(table.text)
/// ```
public struct Table: Hashable, Sendable {
    /// What the table shows; empty for none.
    public var title: String
    /// What the columns hold.
    public var columns: [Column]
    /// Cells, in the order of the columns; a short row is filled up with ``Cell/missing``, and
    /// cells beyond the last column are not shown.
    public var rows: [[Cell]]
    /// Sentences below the table: what was measured, with which command, on which machine.
    public var notes: [String]

    /// A table.
    ///
    /// - Parameters:
    ///   - title: what the table shows; empty for none.
    ///   - columns: what the columns hold.
    ///   - rows: cells, in the order of the columns.
    ///   - notes: sentences below the table.
    public init(title: String, columns: [Column], rows: [[Cell]] = [], notes: [String] = []) {
        self.title = title
        self.columns = columns
        self.rows = rows
        self.notes = notes
    }

    /// One column's heading and how its numbers are written.
    public struct Column: Hashable, Sendable {
        /// What the column holds.
        public var title: String
        /// Unit of its numbers; empty for none.
        public var unit: String
        /// Decimals of its numbers, 0...12.
        public var digits: Int

        /// A column.
        ///
        /// - Parameters:
        ///   - title: what the column holds.
        ///   - unit: unit of its numbers; empty for none.
        ///   - digits: decimals of its numbers.
        public init(_ title: String, unit: String = "", digits: Int = 2) {
            self.title = title
            self.unit = unit
            self.digits = digits
        }

        /// Title and unit: `time (s)`.
        public var heading: String { unit.isEmpty ? title : "\(title) (\(unit))" }
    }

    /// What stands in one place of a table.
    public enum Cell: Hashable, Sendable {
        case text(String)
        case number(Double)
        /// A whole number, written without decimals.
        case count(Int)
        /// A number and the bounds that it lies between with some confidence.
        case interval(Double, ClosedRange<Double>)
        case missing

        /// Whether it stands at the right of its column, as numbers do.
        var isNumber: Bool {
            switch self {
            case .text, .missing: false
            case .number, .count, .interval: true
            }
        }

        /// The cell in a column of this many decimals.
        func text(digits: Int) -> String {
            switch self {
            case .text(let text): text
            case .number(let value): fixed(value, digits: digits)
            case .count(let value): "\(value)"
            case .interval(let value, let bounds):
                "\(fixed(value, digits: digits)) (\(fixed(bounds.lowerBound, digits: digits))–"
                    + "\(fixed(bounds.upperBound, digits: digits)))"
            case .missing: "–"
            }
        }
    }

    /// Every row as texts, one for each column.
    var texts: [[String]] {
        rows.map { row in
            columns.indices.map { cell(row, $0).text(digits: columns[$0].digits) }
        }
    }

    /// A cell of a row, which may be short.
    func cell(_ row: [Cell], _ column: Int) -> Cell { column < row.count ? row[column] : .missing }

    /// Whether a column's cells stand at the right.
    func isNumeric(_ column: Int) -> Bool {
        let cells = rows.map { cell($0, column) }.filter { $0 != .missing }
        return !cells.isEmpty && cells.allSatisfy(\.isNumber)
    }
}

extension Table.Cell: ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByNilLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// A number with the column's decimals.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .count(value) }
    /// Nothing.
    public init(nilLiteral: ()) { self = .missing }
}
