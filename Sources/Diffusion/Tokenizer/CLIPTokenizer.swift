import Foundation
import Torch

/// CLIP's tokenizer: byte-level byte pairs with `</w>` at the end of words, lower-cased.
///
/// Radford et al. 2021, §2.4; token for token that of transformers 5 (`CLIPTokenizer`, over the
/// `tokenizers` library): Unicode normalisation, white space, special words inside a text.
/// Safe to share between threads. A text of n bytes takes n log n steps, whatever it holds.
public final class CLIPTokenizer: Sendable {
    /// The number of `<|startoftext|>`, before every text.
    public let startID: Int
    /// The number of `<|endoftext|>`, after every text.
    public let endID: Int
    /// What fills a text up: `<|endoftext|>`, or `!` (0) in SDXL's second tokenizer.
    public let padID: Int
    /// The longest text that the configuration foresees, in tokens; nil if it does not say.
    public let maximumLength: Int?

    let words: [Int32: String]
    private let ids: [String: Int32]
    private let pairs: BytePairs
    /// The tokens of single bytes inside a word, and at its end.
    private let inner, final: [Int32]
    private let rawFinder, normalFinder: AddedTokenFinder
    let added: [Int32: AddedToken]
    private let state = State()

    /// What makes the next call faster; behind a lock.
    private final class State: @unchecked Sendable {
        let lock = NSLock()
        var composer = CanonicalComposer()
        var words: [[UInt8]: [Int32]] = [:]
    }

    init(_ vocabulary: CLIPVocabulary, _ settings: CLIPTokenizerSettings) throws {
        var ids = vocabulary.ids
        let added = try settings.numbered(in: &ids, vocabulary.path)
        func id(_ token: String, _ role: String) throws -> Int32 {
            guard let id = ids[token] else {
                throw DiffusionError(
                    "\(vocabulary.path): expected the \(role) token \"\(token)\", found none; use "
                        + "the vocabulary and the configuration of one CLIP model")
            }
            return id
        }
        (startID, endID) = (Int(try id(settings.start, "start")), Int(try id(settings.end, "end")))
        padID = Int(try id(settings.pad, "padding"))
        maximumLength = settings.maximumLength
        let unknown = try id(settings.unknown, "unknown")
        inner = ByteLevel.characters.map { ids[String($0)] ?? unknown }
        final = ByteLevel.characters.map { ids[String($0) + CLIPVocabulary.suffix] ?? unknown }
        let missing = ByteLevel.characters.filter { vocabulary.ids[String($0)] == nil }
        guard missing.count < 256 else {
            throw DiffusionError(
                "\(vocabulary.path): expected a byte-level vocabulary, found one without a token "
                    + "for any single byte; use CLIP's vocab.json")
        }
        pairs = vocabulary.pairs
        self.ids = ids
        self.added = Dictionary(added.map { ($0.id, $0) }) { _, last in last }
        var composer = CanonicalComposer()
        rawFinder = AddedTokenFinder(
            added.filter { !$0.isNormalized }.map { (Array($0.content.unicodeScalars), $0.id) })
        let normal = added.filter(\.isNormalized).map {
            (CLIPNormalization.normalized(Array($0.content.unicodeScalars)[...], &composer), $0.id)
        }
        normalFinder = AddedTokenFinder(normal)
        var words = Dictionary(ids.map { ($0.value, $0.key) }) { first, _ in first }
        // The reference spells them as it looks for them.
        for (content, id) in normal {
            words[id] = content.reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        self.words = words
    }

    /// The number of a token as the vocabulary spells it, such as `hello</w>`; nil if it has none.
    public func id(of token: String) -> Int? { ids[token].map { Int($0) } }

    /// How many tokens there are, counting added ones.
    public var count: Int { ids.count }

    /// A text's tokens, between the start and end tokens, however long.
    public func encode(_ text: String) -> [Int] { [startID] + content(text) + [endID] }

    /// A text's tokens alone.
    func content(_ text: String) -> [Int] {
        state.lock.lock()
        defer { state.lock.unlock() }
        var tokens: [Int] = []
        let scalars = Array(text.unicodeScalars)
        for part in rawFinder.split(scalars[...]) {
            switch part {
            case .token(let id): tokens.append(Int(id))
            case .text(let raw):
                let normal = CLIPNormalization.normalized(raw, &state.composer)
                for part in normalFinder.split(normal[...]) {
                    switch part {
                    case .token(let id): tokens.append(Int(id))
                    case .text(let text):
                        CLIPWords.forEach(in: text) { append($0, to: &tokens) }
                    }
                }
            }
        }
        return tokens
    }

    /// Adds one word's tokens.
    private func append(_ word: ArraySlice<Unicode.Scalar>, to tokens: inout [Int]) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(word.count)
        for scalar in word { bytes.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
        if let known = state.words[bytes] {
            for id in known { tokens.append(Int(id)) }
            return
        }
        var symbols = bytes.map { inner[Int($0)] }
        if let last = bytes.last { symbols[symbols.count - 1] = final[Int(last)] }
        let merged = pairs.merged(symbols)
        if bytes.count <= 64 {
            if state.words.count >= 1 << 14 { state.words = [:] }
            state.words[bytes] = merged
        }
        for id in merged { tokens.append(Int(id)) }
    }
}
