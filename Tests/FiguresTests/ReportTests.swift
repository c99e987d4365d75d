import Figures
import Foundation
import Testing

@Suite struct ReportTests {
    @Test func holdsItsPartsInOrder() throws {
        var report = Report(title: "Run <1>", summary: "a & b", refreshSeconds: 20)
        let table = Table(title: "T", columns: [.init("c")], rows: [[1]])
        let plot = LinePlot(
            title: "P", x: Axis(), y: Axis(), series: [Series(name: "s", values: [1, 2])])
        report.add(heading: "First", [.table(table), .row([.plot(plot), .code("x < y")])])
        report.add(heading: "Second", [.text("one\ntwo"), .link("metrics.jsonl", "Numbers")])
        let html = report.html
        let parts = [
            "content=\"20\"", "<title>Run &lt;1&gt;</title>", "<h1>Run &lt;1&gt;</h1>", "a &amp; b",
            "<h2>First</h2>", "<caption>T</caption>", "<svg", "<pre>x &lt; y</pre>",
            "<h2>Second</h2>", "<p>one\ntwo</p>", "<a href=\"./metrics.jsonl\">Numbers</a>",
        ]
        var rest = html[...]
        for part in parts {
            let found = try #require(rest.range(of: part)?.upperBound, "\(part)")
            rest = rest[found...]
        }
        #expect(!Report(title: "t").html.contains("refresh"))
    }

    @Test func linksCannotLeaveTheirAttribute() {
        var report = Report(title: "t")
        report.add([
            .picture("a b/\"><script>.png", caption: "\"><script>"),
            .link("javascript:alert(1)", "x"), .picture("50%#1?.png"),
        ])
        let html = report.html
        #expect(!html.contains("<script>"))
        #expect(html.contains("src=\"./a%20b/%22%3E%3Cscript%3E.png\""))
        #expect(html.contains("href=\"./javascript%3Aalert%281%29\""))
        #expect(html.contains("src=\"./50%25%231%3F.png\""))
    }

    @Test func isLoadedFromNowhereElse() {
        var report = Report(title: "t")
        let plot = LinePlot(title: "P", x: Axis(), y: Axis(), series: [])
        report.add([.plot(plot)])
        let outside = report.html.replacingOccurrences(of: "http://www.w3.org/2000/svg", with: "")
        #expect(!outside.contains("http://") && !outside.contains("https://"))
        #expect(!outside.contains("<script"))
    }

    @Test func replacesTheFileWhole() throws {
        let path = NSTemporaryDirectory() + "report-\(UInt64.random(in: 0...UInt64.max)).html"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Report(title: "old").write(to: path)
        try Report(title: "new").write(to: path)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == Report(title: "new").html)
    }
}
