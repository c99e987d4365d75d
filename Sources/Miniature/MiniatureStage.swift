/// The steps that make the miniature models, in order.
public enum MiniatureStage: String, CaseIterable, Sendable {
    /// Renders the world's people and decodes the pictures.
    case world
    /// Renders pictures of several people.
    case groups
    /// Learns the byte-pair vocabulary of the world's captions.
    case vocabulary
    case recogniserA = "recogniser-a"
    case recogniserB = "recogniser-b"
    case autoencoder
    case clip
    case detector
    /// Encodes every picture, for the base.
    case latents
    case base
    /// Finds true correspondence, for IC-Portrait's matching net.
    case flows
    /// IC-Portrait's matching net.
    case matching
    /// Renders strangers in people's places, for IC-Portrait's appearance net.
    case standIns = "stand-ins"
    /// IC-Portrait's appearance net.
    case appearance
    /// Writes the models' folder.
    case bundle

    /// What it does, for a progress line.
    public var summary: String {
        switch self {
        case .world: "rendering people"
        case .groups: "rendering groups"
        case .vocabulary: "learning a vocabulary"
        case .recogniserA: "training recogniser A"
        case .recogniserB: "training recogniser B"
        case .autoencoder: "training the autoencoder"
        case .clip: "training CLIP"
        case .detector: "training the detector"
        case .latents: "encoding pictures"
        case .base: "training the base"
        case .flows: "finding correspondence"
        case .matching: "training the matching net"
        case .standIns: "rendering strangers"
        case .appearance: "training the appearance net"
        case .bundle: "writing the models"
        }
    }
}
