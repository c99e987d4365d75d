import Foundation

extension LightRig {
    /// The rig of a look: a preset, warmed and dimmed, and turned with the camera, since left and
    /// right are the viewer's.
    init(_ look: Look) { self.init(look.light, cameraYawDegrees: look.camera.yawDegrees) }

    /// The rig of a light, turned with the camera.
    init(_ light: Look.Light, cameraYawDegrees: Float) {
        var rig = LightRig.preset(light.preset.rig) ?? LightRig.presets[0]
        let warm = SIMD3<Float>(1 + 0.10 * light.warmth, 1, 1 - 0.13 * light.warmth)
        let turn = light.rotationDegrees + cameraYawDegrees
        let angle = turn * .pi / 180
        let (c, s) = (cosf(angle), sinf(angle))
        rig.environment.tint *= warm
        rig.environment.turnDegrees += turn
        for i in rig.lamps.indices {
            let p = rig.lamps[i].position
            rig.lamps[i].position = SIMD3(p.x * c + p.z * s, p.y, p.z * c - p.x * s)
            rig.lamps[i].colour *= warm
        }
        if light.preset == .neon, let first = rig.lamps.indices.first {
            rig.lamps[first].colour = light.accent.linear / max(light.accent.linear.max(), 0.1)
        }
        rig.stops += log2f(light.intensity)
        self = rig
    }
}

extension LightPreset {
    /// The rig's name. Presets say left and right as the picture's viewer does, rigs as the person.
    package var rig: String {
        switch self {
        case .softboxFront: "soft box"
        case .rembrandtLeft: "Rembrandt from the right"
        case .rembrandtRight: "Rembrandt from the left"
        case .butterfly: "butterfly"
        case .split: "split"
        case .rim: "rim"
        case .overcast: "overcast"
        case .goldenHour: "golden hour"
        case .window: "window"
        case .ring: "ring"
        case .underLight: "from below"
        case .neon: "two neon signs"
        case .candle: "candle"
        case .night: "night"
        }
    }
}

extension Backdrop {
    /// The background of a look.
    init(_ backdrop: Look.Backdrop) {
        let colour = backdrop.colour.linear
        let seed = UInt32(truncatingIfNeeded: backdrop.seed)
        switch backdrop.kind {
        case .solid: self = .solid(colour: colour * 0.8)
        case .gradient: self = .gradient(top: colour * 0.8, bottom: backdrop.second.linear * 0.7)
        case .studio: self = .vignette(centre: colour * 0.8, edge: colour * 0.3)
        case .room: self = .room(tint: blend(SIMD3(repeating: 0.7), colour, 0.4), seed: seed)
        case .park: self = .outdoors(tint: SIMD3(repeating: 1), seed: seed)
        case .street: self = .street(tint: SIMD3(repeating: 1), seed: seed)
        }
    }
}
