extension Report {
    /// The whole page.
    public var html: String {
        var lines = [
            "<!doctype html>", "<html lang=\"en\"><head><meta charset=\"utf-8\">",
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
            "<meta name=\"color-scheme\" content=\"light dark\">",
        ]
        if let refreshSeconds {
            lines.append("<meta http-equiv=\"refresh\" content=\"\(max(refreshSeconds, 1))\">")
        }
        lines.append("<title>\(escapedMarkup(title))</title><style>\(Self.style)</style></head>")
        lines.append("<body><h1>\(escapedMarkup(title))</h1>")
        if !summary.isEmpty { lines.append("<p class=\"summary\">\(escapedMarkup(summary))</p>") }
        for section in sections {
            lines.append("<section>")
            if !section.heading.isEmpty {
                lines.append("<h2>\(escapedMarkup(section.heading))</h2>")
            }
            lines += section.items.map(\.html)
            lines.append("</section>")
        }
        lines.append("</body></html>")
        return lines.joined(separator: "\n") + "\n"
    }

    private static let style = """
        :root{--ink:#1c2026;--faint:#60686f;--ground:#f6f7f8;--sheet:#fff;--line:#e1e4e8;\
        --link:#2f6299}
        @media (prefers-color-scheme:dark){:root{--ink:#e6e8eb;--faint:#a2a9b1;--ground:#0e1013;\
        --sheet:#16191d;--line:#2e333a;--link:#8ab8e6}}
        body{max-width:1120px;margin:2rem auto;padding:0 1rem;background:var(--ground);\
        color:var(--ink);font:16px/1.5 system-ui,sans-serif}
        h1{font-size:1.7rem;margin:0 0 .3rem}h2{font-size:1.2rem;margin:2.2rem 0 .6rem}
        .summary,.note,caption,figcaption{color:var(--faint)}.note{font-size:.88rem;margin:.3rem 0}
        a{color:var(--link)}p{white-space:pre-line}
        .wide{overflow-x:auto}table{border-collapse:collapse;background:var(--sheet);\
        border:1px solid var(--line);border-radius:6px;margin:.6rem 0}
        caption{text-align:left;padding:.2rem 0;font-weight:600;color:var(--ink)}
        th,td{padding:.32rem .8rem;text-align:left;border-bottom:1px solid var(--line)}
        tr:last-child td{border-bottom:0}th{font-weight:600;font-size:.88rem;color:var(--faint)}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        pre{background:var(--sheet);border:1px solid var(--line);border-radius:6px;padding:.8rem;\
        overflow-x:auto;font-size:.85rem;line-height:1.4}
        figure{margin:.6rem 0}figure img,.figure{max-width:100%;height:auto;border-radius:6px}
        figcaption{font-size:.88rem}.row{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
        .row>*{flex:1 1 320px;min-width:0}
        """
}

extension Report.Item {
    fileprivate var html: String {
        switch self {
        case .text(let text): return "<p>\(escapedMarkup(text))</p>"
        case .code(let text): return "<pre>\(escapedMarkup(text))</pre>"
        case .table(let table): return table.html
        case .plot(let plot): return "<figure>\n\(plot.svg())</figure>"
        case .picture(let path, let caption):
            let words = escapedMarkup(caption)
            let image = "<img src=\"\(escapedMarkup(urlPath(path)))\" alt=\"\(words)\">"
            return "<figure><a href=\"\(escapedMarkup(urlPath(path)))\">\(image)</a>"
                + (caption.isEmpty ? "" : "<figcaption>\(words)</figcaption>") + "</figure>"
        case .link(let path, let words):
            return "<p><a href=\"\(escapedMarkup(urlPath(path)))\">\(escapedMarkup(words))</a></p>"
        case .row(let items):
            return "<div class=\"row\">\n"
                + items.map { "<div>\($0.html)</div>" }.joined(separator: "\n") + "\n</div>"
        }
    }
}

/// A relative path as a link: whatever a URL gives a meaning of its own is percent-encoded.
///
/// A leading `./` keeps names with a colon from being read as a scheme such as `javascript:`.
private func urlPath(_ path: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/".utf8)
    let encoded = path.utf8.map { byte in
        if plain.contains(byte) { return String(UnicodeScalar(byte)) }
        let digits = String(byte, radix: 16, uppercase: true)
        return "%" + (byte < 16 ? "0" : "") + digits
    }.joined()
    return path.hasPrefix("/") || path.hasPrefix(".") ? encoded : "./" + encoded
}
