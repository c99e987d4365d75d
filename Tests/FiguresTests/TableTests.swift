import Figures
import Testing

@Suite struct TableTests {
    private let table = Table(
        title: "Scores | all",
        columns: [
            .init("model"), .init("PSNR", unit: "dB", digits: 1), .init("faces"), .init("note"),
        ],
        rows: [
            ["ours", .interval(31.25, 30.9...31.6), 500, "a \"b\", <c>\nd"], ["theirs", 8.0, 12],
            ["none", .number(.nan), nil, nil],
        ], notes: ["2 cores_"])

    @Test func alignsPlainText() {
        #expect(
            table.text == """
                Scores | all

                model          PSNR (dB)  faces  note
                ------  ----------------  -----  ------------
                ours    31.3 (30.9–31.6)    500  a "b", <c> d
                theirs               8.0     12  –
                none                   –      –  –

                2 cores_

                """)
    }

    @Test func escapesMarkdown() {
        #expect(
            table.markdown == """
                **Scores \\| all**

                | model | PSNR (dB) | faces | note |
                |---|---:|---:|---|
                | ours | 31.3 (30.9–31.6) | 500 | a "b", &lt;c> d |
                | theirs | 8.0 | 12 | – |
                | none | – | – | – |

                2 cores\\_

                """)
    }

    @Test func quotesCSVAndKeepsNumbersWhole() {
        #expect(
            table.csv
                == "model,PSNR (dB),faces,note\r\nours,31.25,500,\"a \"\"b\"\", <c>\nd\"\r\n"
                + "theirs,8.0,12,\r\nnone,,,\r\n")
    }

    @Test func writesJSONWithNumbersWhole() throws {
        #expect(table.json.contains("\"value\": 31.25"))
        #expect(table.json.contains("\"a \\\"b\\\", <c>\\nd\""))
        #expect(table.json.contains("\"none\",\n      null,\n      null,\n      null"))
    }

    @Test func escapesHTML() {
        #expect(table.html.contains("<td>a &quot;b&quot;, &lt;c&gt;\nd</td>"))
        #expect(table.html.contains("<th class=\"number\">PSNR (dB)</th>"))
        #expect(table.html.contains("<caption>Scores | all</caption>"))
    }

    @Test func roundsWithFixedDecimals() {
        let cases: [(Double, Int, String)] = [
            (0, 2, "0.00"), (-0.001, 2, "0.00"), (-0.006, 2, "-0.01"), (0.5, 0, "1"),
            (999.995, 2, "1000.00"), (0.0625, 4, "0.0625"), (12, 0, "12"), (.infinity, 2, "∞"),
            (1e300, 2, "1e+300"), (123_456_789.125, 3, "123456789.125"),
        ]
        for (value, digits, expected) in cases {
            #expect(fixed(value, digits: digits) == expected)
        }
    }
}
