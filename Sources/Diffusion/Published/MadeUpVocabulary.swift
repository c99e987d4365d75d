import Checkpoints

/// A made-up byte-pair vocabulary in the form of CLIP's: 256 byte symbols, the same at a word's end,
/// merges of letters, and the two marks. It stands in for the published one in models of random
/// weights, where which words become which numbers does not matter.
///
/// Merges join letters to pairs, pairs to triples, triples to quads, the most frequent letters of
/// English first; each once inside a word and once at its end.
package struct MadeUpVocabulary: Hashable, Sendable {
    /// Opens a prompt.
    static let start = "<|startoftext|>"
    /// Closes a prompt.
    package static let end = "<|endoftext|>"

    /// How many tokens there are: twice 256, the merges, 2.
    package let count: Int

    /// As many as the published vocabulary has.
    package static let published = MadeUpVocabulary(count: 49408)
    /// Enough to see merging at work.
    package static let tiny = MadeUpVocabulary(count: 1024)

    /// The printable stand-ins of the 256 bytes, in CLIP's order: printable bytes stand for
    /// themselves, the others for the characters from 256 on.
    package var byteSymbols: [String] {
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        let others = (256..<256 + 256 - printable.count)
        return (printable + others).compactMap { UnicodeScalar($0).map(String.init) }
    }

    /// What joins what, the first merge first.
    package var merges: [(String, String)] {
        let wanted = count - 2 * byteSymbols.count - 2
        var merges: [(String, String)] = []
        var length = 1
        while merges.count < wanted {
            length += 1
            for word in Self.words(of: length, atMost: (wanted - merges.count + 1) / 2) {
                let (head, last) = (String(word.dropLast()), String(word.suffix(1)))
                merges.append((head, last))
                merges.append((head, last + "</w>"))
            }
        }
        return Array(merges.prefix(wanted))
    }

    /// Every token, by its number.
    package var tokens: [String] {
        let bytes = byteSymbols
        return bytes + bytes.map { $0 + "</w>" } + merges.map { $0 + $1 } + [Self.start, Self.end]
    }

    /// Words of one length, those of frequent letters first: by the sum of the letters' ranks.
    private static func words(of length: Int, atMost limit: Int) -> [String] {
        let letters = Array("etaoinshrdlcumwfgypbvkjxqz")
        var words: [String] = []
        func extend(_ word: String, _ rest: Int) {
            guard words.count < limit else { return }
            if word.count == length - 1 {
                if rest < letters.count { words.append(word + String(letters[rest])) }
                return
            }
            for rank in letters.indices where rank <= rest {
                extend(word + String(letters[rank]), rest - rank)
            }
        }
        for sum in 0...length * (letters.count - 1) { extend("", sum) }
        return words
    }

    /// The files of a tokenizer's folder, by name.
    ///
    /// - Parameter padding: the token that fills prompts up.
    /// - Returns: their content.
    package func files(padding: String) -> [String: String] {
        var files = BytePairLearner.files(merges: merges, length: 77)
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            if let text = files[name], let json = try? JSONValue(Array(text.utf8)) {
                files[name] = json.with(["pad_token": .string(padding)]).text + "\n"
            }
        }
        return files
    }
}
