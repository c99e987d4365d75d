extension TextMetadata {
    /// `prompt`: ComfyUI's graph as its interface takes it, JSON.
    public static let promptKeyword = "prompt"
    /// `workflow`: ComfyUI's graph as its window shows it, JSON.
    public static let workflowKeyword = "workflow"
    /// What ``parametersKeyword`` said of the picture that an edited one came from.
    public static let sourceParametersKeyword = "source parameters"

    /// What an edited picture keeps of the words in the file it came from, so that other programs still
    /// find how that was made: ComfyUI's graphs as they are, A1111's parameters under another keyword,
    /// since the edited picture has its own.
    ///
    /// - Parameter bytes: the whole file of the picture that was edited.
    /// - Returns: in the file's order; empty for photos.
    public static func carried(from bytes: [UInt8]) -> [Entry] {
        let text = read(from: bytes).text
        let kept = text.entries.filter {
            [promptKeyword, workflowKeyword, sourceParametersKeyword].contains($0.keyword)
        }
        guard let parameters = text.parameters, text[sourceParametersKeyword] == nil else {
            return kept
        }
        return kept + [Entry(sourceParametersKeyword, parameters)]
    }
}
