import Checkpoints
import Foundation

/// What a tokenizer's configuration says about its special tokens.
struct CLIPTokenizerSettings {
    var start = "<|startoftext|>"
    var end = "<|endoftext|>"
    var pad = "<|endoftext|>"
    var unknown = "<|endoftext|>"
    var maximumLength: Int?
    /// Tokens found in the text as they stand, in the order they were declared; id -1: to be given.
    var added: [AddedToken] = []

    /// CLIP's own, as the reference assumes without any configuration.
    init() { declareRoles([:]) }

    /// Adds the tokens of the four roles; the last of one spelling wins, as in the reference.
    ///
    /// A role given as plain text is looked for before lower-casing; one given as an object says so
    /// itself.
    private mutating func declareRoles(_ objects: [String: AddedToken]) {
        let declared = Set(added.map(\.content))
        for (role, content) in [
            ("bos_token", start), ("eos_token", end), ("unk_token", unknown), ("pad_token", pad),
        ] where !declared.contains(content) {
            var token =
                objects[role]
                ?? AddedToken(content: content, isNormalized: false, isSpecial: true, id: -1)
            token.isSpecial = true
            added.removeAll { $0.content == content }
            added.append(token)
        }
    }

    /// Reads the configuration beside a vocabulary, as the reference merges its files.
    ///
    /// - Parameters:
    ///   - folder: may hold `tokenizer_config.json`, `special_tokens_map.json`,
    ///     `added_tokens.json`.
    ///   - json: `added_tokens` of `tokenizer.json`, if there is one.
    /// - Throws: ``DiffusionError`` naming every unknown or wrong key of a file.
    init(folder: ModelFolder, tokens json: [AddedToken]) throws {
        var roles: [String: AddedToken] = [:]
        var config: ConfigurationFile?
        if folder.has("tokenizer_config.json") {
            let file = try ConfigurationFile("\(folder.path)/tokenizer_config.json")
            Self.ignoreHints(file)
            let length = file.read("model_max_length", default: Double?.none)
            maximumLength = length.flatMap { $0 > 0 && $0 < 65536 ? Int($0) : nil }
            try Self.readRoles(file, into: &roles)
            config = file
        }
        if let config, let decoder = config.object("added_tokens_decoder") {
            for key in decoder.keys {
                guard let id = Int32(key), let object = decoder.object(key) else {
                    decoder.report("\(key): expected a token's number")
                    continue
                }
                added.append(Self.token(object, id: id))
            }
            added.sort { $0.id < $1.id }
        } else {
            if folder.has("special_tokens_map.json") {
                let map = try ConfigurationFile("\(folder.path)/special_tokens_map.json")
                map.ignore("additional_special_tokens", "extra_special_tokens")
                try Self.readRoles(map, into: &roles)
                try map.finish()
            }
            if folder.has("added_tokens.json") {
                let file = try ConfigurationFile("\(folder.path)/added_tokens.json")
                let special = Set(roles.values.map(\.content))
                added += file.keys.map {
                    AddedToken(
                        content: $0, isNormalized: !special.contains($0),
                        isSpecial: special.contains($0),
                        id: Int32(clamping: file.read($0, as: Int.self)))
                }.sorted { $0.id < $1.id }
                try file.finish()
            }
            added += json
        }
        try config?.finish()
        start = roles["bos_token"]?.content ?? start
        end = roles["eos_token"]?.content ?? end
        pad = roles["pad_token"]?.content ?? pad
        unknown = roles["unk_token"]?.content ?? unknown
        declareRoles(roles)
    }

    /// These, with another token to fill up with; nil changes nothing.
    func padded(with token: String?) -> CLIPTokenizerSettings {
        var copy = self
        if let token { copy.pad = token }
        return copy
    }

    /// Gives every added token its number; new ones follow the vocabulary's last.
    func numbered(in ids: inout [String: Int32], _ path: String) throws -> [AddedToken] {
        var next = (ids.values.max() ?? -1) + 1
        return try added.map { token in
            var token = token
            token.id = ids[token.content] ?? next
            if ids[token.content] == nil {
                guard !token.content.isEmpty, next <= CLIPVocabulary.maximumID else {
                    throw DiffusionError(
                        "\(path): expected added tokens to be some text, found an empty one; "
                            + "check tokenizer_config.json")
                }
                ids[token.content] = next
                next += 1
            }
            return token
        }
    }

    /// Reads the four roles: plain text, or an object.
    private static func readRoles(
        _ file: ConfigurationFile, into roles: inout [String: AddedToken]
    ) throws {
        for role in ["bos_token", "eos_token", "unk_token", "pad_token"] where file.has(role) {
            if file.holdsObject(role), let object = file.object(role) {
                roles[role] = token(object, id: -1)
            } else if let content = file.read(role, as: String?.self) {
                roles[role] = AddedToken(
                    content: content, isNormalized: false, isSpecial: true, id: -1)
            }
        }
    }

    /// Reads one added token.
    static func token(_ object: ConfigurationFile, id: Int32) -> AddedToken {
        let content = object.read("content", as: String.self)
        let isSpecial = object.read("special", default: false)
        for key in ["lstrip", "rstrip", "single_word"] { object.expect(key, false) }
        return AddedToken(
            content: content, isNormalized: object.read("normalized", default: !isSpecial),
            isSpecial: isSpecial, id: id)
    }

    /// Keys that change no token.
    private static func ignoreHints(_ file: ConfigurationFile) {
        file.expect("do_lower_case", true)
        file.expect("tokenizer_class", oneOf: ["CLIPTokenizer", "CLIPTokenizerFast"])
        file.ignore(
            "add_prefix_space", "additional_special_tokens", "auto_map", "backend",
            "clean_up_tokenization_spaces", "errors", "extra_special_tokens", "is_local",
            "local_files_only", "max_length", "model_input_names", "model_specific_special_tokens",
            "name_or_path", "pad_to_multiple_of", "pad_token_type_id", "padding_side",
            "processor_class", "special_tokens_map_file", "stride", "tokenizer_file",
            "truncation_side", "truncation_strategy", "use_fast", "vocab_size")
    }
}
