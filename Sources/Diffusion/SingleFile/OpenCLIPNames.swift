/// The names that open_clip gives to a text encoder, as those of transformers.
///
/// Its attention keeps queries, keys and values in one matrix, and its projection lies on its side.
enum OpenCLIPNames {
    /// The tensors of today that one of the file's holds; none for what a text encoder does not use.
    static func parts(of name: String) -> [(name: String, piece: DerivedSource.Piece)] {
        let words = name.split(separator: ".").map(String.init)
        switch name {
        case "positional_embedding":
            return [("text_model.embeddings.position_embedding.weight", .whole)]
        case "token_embedding.weight":
            return [("text_model.embeddings.token_embedding.weight", .whole)]
        case "text_projection": return [("text_projection.weight", .transposed)]
        case "text_projection.weight": return [(name, .whole)]
        case "ln_final.weight", "ln_final.bias":
            return [("text_model.final_layer_norm.\(words[1])", .whole)]
        default: break
        }
        guard words.count >= 5, words[0] == "transformer", words[1] == "resblocks" else {
            return []
        }
        let layer = "text_model.encoder.layers.\(words[2])"
        let rest = words.dropFirst(3).joined(separator: ".")
        for (start, ours) in [
            ("ln_1.", "layer_norm1."), ("ln_2.", "layer_norm2."), ("mlp.c_fc.", "mlp.fc1."),
            ("mlp.c_proj.", "mlp.fc2."), ("attn.out_proj.", "self_attn.out_proj."),
        ] where rest.hasPrefix(start) {
            return [("\(layer).\(ours)\(rest.dropFirst(start.count))", .whole)]
        }
        guard rest.hasPrefix("attn.in_proj_") else { return [] }
        let kind = rest.dropFirst("attn.in_proj_".count)
        return ["q", "k", "v"].enumerated().map { index, letter in
            ("\(layer).self_attn.\(letter)_proj.\(kind)", .rows(index, of: 3))
        }
    }
}
