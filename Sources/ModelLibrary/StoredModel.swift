import Diffusion

/// A model that is on this machine, in a tree that some program keeps.
public struct StoredModel: Equatable, Sendable {
    /// What the users of that program call it: `org/name`, `sdxl/base.safetensors`, `my-lora`.
    public let name: String
    /// The file, or the folder of several.
    public let path: String
    /// The program whose tree it is in.
    public let origin: ModelTree.Kind
    /// The folder of the tree that it was found in, as that program names its kinds: `loras`.
    public let shelf: String
    /// All its files.
    public let byteCount: Int

    /// What it is and what it can be used for.
    public struct Description: Equatable, Sendable {
        /// In words: `LoRA for SDXL`.
        public let kind: String
        /// The flag that takes it, such as `--lora`; nil for none.
        public let flag: String?
        /// Why none does, a clause.
        public let refusal: String?
        /// As it says itself; nil if it does not.
        public let licence: String?
    }

    /// Reads its header, or its folder's configuration.
    public func description() -> Description {
        let licence = ModelLicence.of(self)
        if let folder = StoredFolder(path) {
            return .init(
                kind: folder.kind, flag: folder.flag, refusal: folder.refusal, licence: licence)
        }
        do {
            let survey = try FileSurvey(path)
            return .init(
                kind: survey.kind, flag: survey.use.flatMap(Self.flag), refusal: survey.refusal,
                licence: licence)
        } catch {
            let sentence = "\(error)".replacing("\(path): ", with: "")
            return .init(kind: "unreadable", flag: nil, refusal: sentence, licence: licence)
        }
    }

    private static func flag(_ use: FileSurvey.Use) -> String? {
        switch use {
        case .textEncoder, .faces: nil
        default: "--\(use.rawValue)"
        }
    }
}
