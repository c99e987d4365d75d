import Torch

/// Texts as a text encoder takes them, and what did not fit.
public struct TokenizedTexts {
    /// Tokens, `int64`, `[texts, length]`.
    public let ids: Tensor
    /// What was cut off each text, as ``CLIPTokenizer/decode(_:skippingSpecial:)`` spells it; nil
    /// where everything fitted.
    public let cutOff: [String?]
}

extension CLIPTokenizer {
    /// Texts as rows of one length: start, tokens, end, padding. A longer text loses its last
    /// tokens, never the end token.
    ///
    /// - Parameters:
    ///   - texts: at least one.
    ///   - length: tokens per row, at least 2; CLIP's text encoders take 77.
    /// - Returns: `int64`, `[texts, length]`, and what was cut off.
    /// - Throws: ``DiffusionError`` without a text, or with a length below 2.
    public func encode(_ texts: [String], length: Int = 77) throws -> TokenizedTexts {
        guard !texts.isEmpty, (2...65536).contains(length) else {
            throw DiffusionError(
                "expected at least one text and a length of 2...65536 tokens, found "
                    + "\(texts.count) texts and a length of \(length); CLIP takes 77")
        }
        var rows: [Int64] = []
        rows.reserveCapacity(texts.count * length)
        var cutOff: [String?] = []
        for text in texts {
            let tokens = content(text)
            let kept = tokens.prefix(length - 2)
            cutOff.append(
                kept.count < tokens.count ? decode(Array(tokens[kept.count...])) : nil)
            rows.append(Int64(startID))
            rows += kept.map { Int64($0) }
            rows.append(Int64(endID))
            rows += Array(repeating: Int64(padID), count: length - 2 - kept.count)
        }
        return TokenizedTexts(ids: try Tensor(rows, shape: [texts.count, length]), cutOff: cutOff)
    }

    /// The text that tokens spell: lower-cased, a space after every word.
    ///
    /// - Parameters:
    ///   - ids: tokens; unknown numbers are left out.
    ///   - skippingSpecial: leaves out start, end and padding tokens.
    /// - Returns: the text; bytes that are no UTF-8 become U+FFFD.
    public func decode(_ ids: [Int], skippingSpecial: Bool = false) -> String {
        var bytes: [UInt8] = []
        for id in ids {
            guard let id = Int32(exactly: id), let word = words[id] else { continue }
            if skippingSpecial, added[id]?.isSpecial == true { continue }
            let own = word.unicodeScalars.map { ByteLevel.bytes[$0] }
            if own.contains(nil) {
                bytes += Array(word.utf8)
            } else {
                bytes += own.compactMap { $0 }
            }
        }
        // Bytes first: a token may end inside a character. `</w>` is plain ASCII.
        let text = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        let suffix = Array(CLIPVocabulary.suffix.unicodeScalars)
        var result = String.UnicodeScalarView()
        var position = 0
        while position < text.count {
            if text[position...].starts(with: suffix) {
                result.append(" ")
                position += suffix.count
            } else {
                result.append(text[position])
                position += 1
            }
        }
        // Python's idea of white space has the four separators from U+001C too.
        func isSpace(_ scalar: Unicode.Scalar) -> Bool {
            CLIPWords.isSpace(scalar) || (0x1C...0x1F).contains(scalar.value)
        }
        while let first = result.first, isSpace(first) { result.removeFirst() }
        while let last = result.last, isSpace(last) { result.removeLast() }
        return String(result)
    }
}
