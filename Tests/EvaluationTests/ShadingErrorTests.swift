import Evaluation
import Testing
import Torch

@Suite struct ShadingErrorTests {
    private let skin: Tensor
    private let face: Tensor

    init() throws {
        face = try Tensor.rand([1, 3, 64, 64], generator: Generator(seed: 1)) * 0.3 - 0.7
        skin = try Tensor.zeros([1, 1, 64, 64])
        try skin[.all, .all, 8..<56, 12..<50].fill(1)
    }

    @Test func equalLightHasNone() throws {
        #expect(try shadingError(face, face, skin: skin) == [0])
    }

    @Test func twiceAsBrightIsTheLogarithmOfTwo() throws {
        // -1...1 is 0...1 of brightness.
        let bright = try (face + 1) * 2 - 1
        let error = try shadingError(bright, face, skin: skin)[0]
        #expect(abs(error - 0.6931) < 0.03, "\(error)")
        let back = try shadingError(face, bright, skin: skin)[0]
        #expect(abs(error - back) < 1e-6)
    }

    @Test func theToneOfTheSkinIsNotThePatternOfTheLight() throws {
        let ramp = try Tensor.linspace(from: 0.3, to: 1.7, count: 64).reshaped([1, 1, 1, 64])
        let (darker, side) = try ((face + 1) * 0.5 - 1, (face + 1) * ramp - 1)
        func errors(_ other: Tensor) throws -> (Double, Double) {
            try (
                shadingError(other, face, skin: skin)[0],
                shadingError(other, face, skin: skin, ignoresTone: true)[0]
            )
        }
        let (tone, light) = try (errors(darker), errors(side))
        #expect(tone.0 > 0.6 && tone.1 < 0.02, "\(tone)")
        #expect(light.1 > 0.2 && light.1 <= light.0, "\(light)")
        // Of two pictures each loses its own mean.
        let both = try shadingError(
            .cat([darker, side]), .cat([face, face]), skin: skin, ignoresTone: true)
        #expect(abs(both[0] - tone.1) < 1e-5 && abs(both[1] - light.1) < 1e-5)
    }

    @Test func onlySkinCounts() throws {
        let outside = try face * skin + (skin - 1)
        #expect(try shadingError(outside, face, skin: skin)[0] < 1e-6)
    }

    @Test func aShiftOfAPixelHardlyCounts() throws {
        let moved = try Tensor.cat(
            [face[.all, .all, .all, 1..<64], face[.all, .all, .all, 0..<1]], along: 3)
        let side =
            try (face + 1) * Tensor.linspace(from: 0.3, to: 1.7, count: 64).reshaped([1, 1, 1, 64])
            - 1
        let (shift, light) = try (
            shadingError(moved, face, skin: skin)[0], shadingError(side, face, skin: skin)[0]
        )
        #expect(shift < 0.1 && light > 0.2, "\(shift), \(light)")
    }

    @Test func withoutSkinThereIsNoNumber() throws {
        let both = try Tensor.cat([Tensor.zeros([1, 1, 64, 64]), skin])
        let errors = try shadingError(.cat([face, face]), .cat([face, face]), skin: both)
        #expect(errors[0].isNaN && errors[1] == 0)
    }
}
