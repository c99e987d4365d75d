extension TextMetadata {
    /// `prompt`: ComfyUI's graph as its interface takes it, JSON.
    public static let promptKeyword = "prompt"
    /// `workflow`: ComfyUI's graph as its window shows it, JSON.
    public static let workflowKeyword = "workflow"
    /// What ``parametersKeyword`` said of the picture that an edited one came from.
    public static let sourceParametersKeyword = "source-parameters"

    /// What an edited picture keeps of the words in the file it came from, so that other programs still
    /// find how that was made: ComfyUI's graphs as they are, A1111's parameters under another keyword,
    /// since the edited picture has its own.
    ///
    /// - Parameter bytes: the whole file of the picture that was edited.
    /// - Returns: in the file's order; empty for photos, whose comments are nobody's settings.
    public static func carried(from bytes: [UInt8]) -> [Entry] {
        let text = read(from: bytes).text
        let kept = text.entries.filter {
            [promptKeyword, workflowKeyword, sourceParametersKeyword].contains($0.keyword)
        }
        guard let parameters = text.parameters, parameters.contains("Steps: "),
            text[sourceParametersKeyword] == nil
        else { return kept }
        return kept + [Entry(sourceParametersKeyword, parameters)]
    }

    /// These texts and as many of others as a format has room for: WebP takes one text beside the
    /// parameters, a JPEG comment 65,533 bytes.
    ///
    /// - Parameters:
    ///   - others: in order; what does not fit is left out.
    ///   - format: of the file.
    /// - Returns: what ``ImageCodec`` will store.
    public func adding(_ others: [Entry], for format: ImageFormat) -> TextMetadata {
        others.reduce(self) { texts, entry in
            let more = TextMetadata(texts.entries + [entry])
            return more.fits(format) ? more : texts
        }
    }

    private func fits(_ format: ImageFormat) -> Bool {
        guard (try? check(TextLimits())) != nil else { return false }
        let named = entries.filter {
            ![Self.parametersKeyword, Self.xmpKeyword].contains($0.keyword)
        }
        switch format {
        case .jpeg:
            return named.allSatisfy {
                ((try? $0.labelled().utf8.count) ?? .max) <= JPEGSegments.capacity
            }
        case .webp: return named.count <= 1
        default: return true
        }
    }
}
