import Checkpoints

/// Learns a byte-pair vocabulary in CLIP's form from texts: Sennrich et al. 2016, on CLIP's words.
///
/// 256 byte symbols, the same at a word's end, the learned merges, and the two marks. Ties go to
/// the pair that sorts first, so the same texts give the same vocabulary.
public struct BytePairLearner {
    /// How often each word was seen, as its symbols.
    private var words: [[String]: Int] = [:]

    /// Nothing learned yet.
    public init() {}

    /// Takes a text in.
    public mutating func read(_ text: String) {
        var composer = CanonicalComposer()
        let normal = CLIPNormalization.normalized(Array(text.unicodeScalars)[...], &composer)
        CLIPWords.forEach(in: normal[...]) { word in
            var symbols: [String] = []
            for scalar in word {
                for byte in UTF8.encode(scalar) ?? .init() {
                    symbols.append(String(ByteLevel.characters[Int(byte)]))
                }
            }
            guard let last = symbols.popLast() else { return }
            words[symbols + [last + CLIPVocabulary.suffix], default: 0] += 1
        }
    }

    /// Joins the most frequent pair of neighbours, again and again.
    ///
    /// - Parameters:
    ///   - count: merges to learn at most; fewer if every word is whole before.
    ///   - least: how often a pair must be seen.
    /// - Returns: what joins what, the first merge first.
    public func merges(_ count: Int, least: Int = 2) -> [(String, String)] {
        var spelled = words.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { (symbols: $0.key, count: $0.value) }
        var merges: [(String, String)] = []
        while merges.count < count {
            var pairs: [Pair: Int] = [:]
            for (symbols, seen) in spelled {
                for index in symbols.indices.dropLast() {
                    pairs[Pair(symbols[index], symbols[index + 1]), default: 0] += seen
                }
            }
            guard let best = pairs.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
                best.value >= least
            else { break }
            merges.append((best.key.left, best.key.right))
            for index in spelled.indices {
                spelled[index].symbols = best.key.joined(spelled[index].symbols)
            }
        }
        return merges
    }

    /// The files of a tokenizer's folder, by name.
    ///
    /// - Parameters:
    ///   - merges: as ``merges(_:least:)`` gives them.
    ///   - length: tokens of a prompt, marks included.
    /// - Returns: their content.
    public static func files(merges: [(String, String)], length: Int) -> [String: String] {
        let bytes = MadeUpVocabulary.published.byteSymbols
        let tokens =
            bytes + bytes.map { $0 + CLIPVocabulary.suffix } + merges.map { $0 + $1 }
            + [MadeUpVocabulary.start, MadeUpVocabulary.end]
        let end = JSONValue.string(MadeUpVocabulary.end)
        let marks: JSONValue = [
            "bos_token": .string(MadeUpVocabulary.start), "eos_token": end, "pad_token": end,
            "unk_token": end,
        ]
        let settings = marks.with([
            "add_prefix_space": false, "do_lower_case": true,
            "model_max_length": .number("\(length)"), "tokenizer_class": "CLIPTokenizer",
        ])
        let lines = tokens.enumerated().map { "  \(JSONValue.string($1).text): \($0)" }
        return [
            "vocab.json": "{\n\(lines.joined(separator: ",\n"))\n}\n",
            "merges.txt": "#version: 0.2\n" + merges.map { "\($0) \($1)\n" }.joined(),
            "special_tokens_map.json": marks.text + "\n",
            "tokenizer_config.json": settings.text + "\n",
        ]
    }

    private struct Pair: Hashable, Comparable {
        let left, right: String

        init(_ left: String, _ right: String) { (self.left, self.right) = (left, right) }

        static func < (a: Pair, b: Pair) -> Bool {
            a.left != b.left
                ? a.left.unicodeScalars.lexicographicallyPrecedes(b.left.unicodeScalars)
                : a.right.unicodeScalars.lexicographicallyPrecedes(b.right.unicodeScalars)
        }

        /// The symbols with every occurrence of this pair joined, from left to right.
        func joined(_ symbols: [String]) -> [String] {
            var result: [String] = []
            var index = 0
            while index < symbols.count {
                if index + 1 < symbols.count, symbols[index] == left, symbols[index + 1] == right {
                    result.append(left + right)
                    index += 2
                } else {
                    result.append(symbols[index])
                    index += 1
                }
            }
            return result
        }
    }
}
