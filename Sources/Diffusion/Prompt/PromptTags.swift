/// Tags such as `<lora:name:0.8>`, which some programs take out of prompts.
enum PromptTags {
    /// The first tag that asks for an adapter; nil if there is none.
    static func firstAdapter(in prompt: String) -> String? {
        for kind in ["lora", "lyco", "hypernet"] {
            guard let start = prompt.range(of: "<\(kind):"),
                let end = prompt[start.upperBound...].firstIndex(of: ">")
            else { continue }
            return String(prompt[start.lowerBound...end])
        }
        return nil
    }
}
