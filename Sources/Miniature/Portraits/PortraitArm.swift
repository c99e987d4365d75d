import ICPortrait
import Images
import World

/// One way to make all portraits of a study: a row of its tables.
struct PortraitArm {
    /// In figures' names.
    let id: String
    /// In tables.
    let title: String
    /// Whether every seed gives another picture.
    var isDrawn = true
    /// The light in which reference and key are rendered, where it is not the reference's own.
    var light: LightPreset?
    /// Where it stands in a plot.
    var value: Double?
    /// Makes a portrait.
    let image: (PortraitCase, PortraitModel, PortraitBaselines, UInt64) throws -> Image

    init(_ method: PortraitMethod) {
        (id, title, isDrawn) = (method.rawValue, method.title, method.isDrawn)
        image = { try method.image(of: $0, by: $1, beside: $2, seed: $3) }
    }

    /// IC-Portrait with other settings.
    init(
        id: String, title: String, value: Double? = nil, light: LightPreset? = nil,
        _ change: @escaping (inout ICPortraitSettings) -> Void = { _ in }
    ) {
        (self.id, self.title, self.value, self.light) = (id, title, value, light)
        image = { item, model, baselines, seed in
            var model = model
            change(&model.settings)
            return try PortraitMethod.ours.image(
                of: item, by: model, beside: baselines, seed: seed)
        }
    }
}

/// One thing changed, all else as it is: what a setting does.
public enum PortraitSweep: String, CaseIterable, Sendable {
    /// IC-Portrait's Figure 7: how much of the reference is seen.
    case keepRatio = "figure-7"
    /// IC-Portrait's Figure 9: extreme light.
    case lights = "figure-9"
    /// How far one round goes back into noise.
    case strength = "strengths"
    /// Guidance by the token.
    case guidance
    /// Guidance by a recogniser.
    case identity

    /// The figure's title.
    public var title: String {
        switch self {
        case .keepRatio: "How much of the style reference is seen"
        case .lights: "Extreme light"
        case .strength: "How far a round goes back into noise"
        case .guidance: "Guidance by the profile photo's token"
        case .identity: "Guidance by a recogniser"
        }
    }

    /// What a plot's x axis says; nil for what has no order.
    var axis: String? {
        switch self {
        case .keepRatio: "share of cells seen"
        case .lights: nil
        case .strength: "strength of one round"
        case .guidance: "guidance"
        case .identity: "weight of the recogniser's guidance"
        }
    }

    var arms: [PortraitArm] {
        func arms(
            _ values: [Double], _ change: @escaping (inout ICPortraitSettings, Double) -> Void
        ) -> [PortraitArm] {
            values.map { value in
                PortraitArm(id: "\(rawValue)_\(value)", title: "\(value)", value: value) {
                    change(&$0, value)
                }
            }
        }
        switch self {
        case .keepRatio: return arms([0, 0.02, 0.05, 0.1, 0.15, 0.2]) { $0.keepRatio = $1 }
        case .strength: return arms([0.3, 0.45, 0.6, 0.75, 0.9]) { $0.strengths = [$1] }
        case .guidance: return arms([1, 2, 3, 5, 8]) { $0.guidance = $1 }
        case .identity: return arms([0, 0.02, 0.05, 0.1, 0.2]) { $0.identity.weight = $1 }
        case .lights:
            return [LightPreset.underLight, .split, .rim, .neon, .candle, .night].map {
                PortraitArm(id: "\(rawValue)_\($0.rawValue)", title: $0.rawValue, light: $0)
            }
        }
    }
}
