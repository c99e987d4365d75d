import Checkpoints

extension CLIPTokenizer {
    /// Opens a vocabulary and its merges, with CLIP's own special tokens.
    ///
    /// - Parameters:
    ///   - vocabulary: path of `vocab.json`, at most 16 MiB.
    ///   - merges: path of `merges.txt`, at most 16 MiB.
    /// - Throws: ``DiffusionError`` if either is broken, or they do not belong together.
    public convenience init(vocabulary: String, merges: String) throws {
        try self.init(
            CLIPVocabulary(vocabulary: vocabulary, merges: merges), CLIPTokenizerSettings())
    }

    /// Opens a `tokenizer` folder as diffusers or transformers saves it.
    ///
    /// - Parameters:
    ///   - path: the folder; holds `tokenizer.json`, or `vocab.json` and `merges.txt`; and, if it
    ///     likes, `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`.
    ///   - padding: the token that fills up, in place of the folder's own.
    /// - Throws: ``DiffusionError`` naming what is missing or broken.
    public convenience init(folder path: String, padding: String? = nil) throws {
        let folder = ModelFolder(path)
        if folder.has("tokenizer.json") {
            let (vocabulary, tokens) = try CLIPVocabulary.read(json: "\(path)/tokenizer.json")
            try self.init(
                vocabulary,
                CLIPTokenizerSettings(folder: folder, tokens: tokens).padded(with: padding))
            return
        }
        let missing = ["vocab.json", "merges.txt"].filter { !folder.has($0) }
        guard missing.isEmpty else {
            throw DiffusionError(
                "\(path): expected tokenizer.json, or vocab.json and merges.txt, found no "
                    + "tokenizer.json and no \(missing.joined(separator: ", no ")); name the "
                    + "tokenizer folder of a pipeline")
        }
        try self.init(
            CLIPVocabulary(
                vocabulary: "\(path)/vocab.json", merges: "\(path)/merges.txt"),
            CLIPTokenizerSettings(folder: folder, tokens: []).padded(with: padding))
    }
}

extension CLIPVocabulary {
    /// Reads `model.vocab`, `model.merges` and `added_tokens` of a `tokenizer.json`.
    static func read(json path: String) throws -> (CLIPVocabulary, [AddedToken]) {
        let bytes = try readSmallFile(path, limit: maximumByteCount, of: "a tokenizer")
        var ids: [String: Int32]?
        var merges: [(left: String, right: String)] = []
        var added: [JSONValue] = []
        var model: [String: JSONValue] = [:]
        var cursor = JSONCursor(bytes)
        do {
            try cursor.object { cursor, key in
                switch key {
                case "added_tokens": try cursor.array { added.append(try JSONValue(&$0)) }
                case "model":
                    try cursor.object { cursor, key in
                        switch key {
                        case "vocab": ids = try readIDs(&cursor)
                        case "merges": try cursor.array { merges.append(try readMerge(&$0)) }
                        default: model[key] = try JSONValue(&cursor)
                        }
                    }
                default: try cursor.skipValue()
                }
            }
            try cursor.end()
        } catch let failure as JSONCursor.Failure {
            throw DiffusionError(brokenJSON(failure, in: path))
        }
        guard let ids, model["end_of_word_suffix"] == .string(suffix),
            model["type"] == nil || model["type"] == .string("BPE")
        else {
            throw DiffusionError(
                "\(path): expected a byte-pair model with the end of word \"\(suffix)\", found "
                    + "\(model["type"]?.phrase ?? "no type") with "
                    + "\(model["end_of_word_suffix"]?.phrase ?? "none"); use CLIP's tokenizer")
        }
        let file = ConfigurationFile(["added_tokens": .array(added)], path: path)
        let tokens = file.objects("added_tokens").map { object in
            CLIPTokenizerSettings.token(
                object, id: Int32(clamping: object.read("id", as: Int.self)))
        }
        try file.finish()
        let vocabulary = try CLIPVocabulary(
            ids: checked(ids, path), merges: merges, path: path, mergesPath: path, firstLine: 0)
        return (vocabulary, tokens)
    }

    /// Reads `["a", "b"]` or, of older files, `"a b"`.
    private static func readMerge(_ cursor: inout JSONCursor) throws
        -> (left: String, right: String)
    {
        let start = cursor.position
        var words: [String] = []
        if cursor.peek() == UInt8(ascii: "[") {
            try cursor.array { words.append(try $0.string()) }
        } else {
            words = try cursor.string().split(separator: " ", omittingEmptySubsequences: false)
                .map(String.init)
        }
        guard words.count == 2 else {
            throw JSONCursor.Failure(
                offset: start, expected: "a merge of two tokens", found: "\(words.count)")
        }
        return (words[0], words[1])
    }
}
