import Layers

extension DerivedSource {
    /// Puts `prefix` before names that lack it: transformers writes `CLIPTextModel` without
    /// `text_model.` since version 5, and all published files have it.
    static func prefixed(
        _ base: any ParameterSource, _ prefix: String, except: [String]
    ) -> DerivedSource {
        DerivedSource(base) { name in
            let stays = name.hasPrefix(prefix) || except.contains { name.hasPrefix($0) }
            return [(stays ? name : prefix + name, .whole)]
        }
    }

    /// An autoencoder's attention under its names of before 2023, linear layers stored as 1x1
    /// convolutions among them.
    static func autoencoder(_ base: any ParameterSource) -> DerivedSource {
        let renamed = [
            "query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0",
        ]
        return DerivedSource(base) { name in
            guard name.contains(".attentions.") else { return [(name, .whole)] }
            var words = name.split(separator: ".").map(String.init)
            if words.count > 2, let new = renamed[words[words.count - 2]] {
                words[words.count - 2] = new
            }
            return [(words.joined(separator: "."), .flat)]
        }
    }
}
