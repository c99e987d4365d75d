/// How ``FacialParameters`` are distributed: means by sex, age and weight, and shared factors.
///
/// The values are plausible, not measured: signs and rough sizes follow what is told in words of
/// adult sexual dimorphism (heavier brow, jaw and neck in men), growth (small lower face, large
/// eyes in children) and ageing (ears and nose lengthen, lips thin, lids and jaw line sag). Shape
/// is independent of the tone of skin, so that neither can be guessed from the other.
package struct FacialStatistics {
    /// What moves one parameter. Shifts are in standard deviations.
    package struct Row {
        package let parameter: FacialParameter
        /// Half the distance from a typical woman to a typical man, both grown up.
        var man: Float = 0
        /// At six years and below, fading out by eighteen.
        var child: Float = 0
        /// At eighty-five, fading in from forty.
        var old: Float = 0
        /// From average to the heaviest.
        var weight: Float = 0
        /// Share (a correlation) taken from each factor; squares add up to less than one.
        package var factors: [Factor: Float] = [:]
    }

    /// Hidden causes that several parameters share.
    package enum Factor: CaseIterable {
        case size, length, robust, nose, lips, eyes
    }

    package static let rows: [Row] = [
        Row(parameter: .skullWidth, man: 0.4, child: -0.4, factors: [.size: 0.5, .length: -0.3]),
        Row(parameter: .skullLength, man: 0.5, child: -0.5, factors: [.size: 0.5, .length: 0.3]),
        Row(parameter: .skullHeight, man: 0.3, child: 0.3, factors: [.size: 0.5]),
        Row(parameter: .foreheadHeight, child: 0.9, old: 0.3),
        Row(parameter: .foreheadSlope, man: 0.5, child: -0.8, factors: [.robust: 0.3]),
        Row(parameter: .browRidge, man: 0.9, child: -1.2, factors: [.robust: 0.5]),
        Row(parameter: .templeWidth, child: 0.2, old: -0.6, weight: 0.4),
        Row(parameter: .cheekboneWidth, man: 0.2, child: -0.4, factors: [.size: 0.4]),
        Row(parameter: .cheekboneHeight, man: -0.1, old: -0.1),
        Row(
            parameter: .cheekboneProminence, man: -0.2, child: -0.6, old: 0.3, weight: -0.5,
            factors: [.robust: 0.2]),
        Row(parameter: .cheekFullness, man: -0.2, child: 1.2, old: -0.6, weight: 1.4),
        Row(
            parameter: .jawWidth, man: 0.7, child: -0.7, weight: 0.5,
            factors: [.robust: 0.5, .size: 0.2]),
        Row(parameter: .jawAngle, man: 0.4, child: -0.6, factors: [.robust: 0.4]),
        Row(
            parameter: .jawDefinition, man: 0.4, child: -0.9, old: -1.1, weight: -1.1,
            factors: [.robust: 0.2]),
        Row(parameter: .chinWidth, man: 0.5, child: -0.2, weight: 0.4, factors: [.robust: 0.4]),
        Row(parameter: .chinLength, man: 0.4, child: -0.8, factors: [.length: 0.4]),
        Row(parameter: .chinProminence, man: 0.3, child: -0.7, factors: [.robust: 0.3]),
        Row(parameter: .chinCleft, man: 0.3, child: -0.3, factors: [.robust: 0.3]),
        Row(
            parameter: .faceLength, man: 0.4, child: -1.6, weight: -0.2,
            factors: [.length: 0.6, .size: 0.3]),
        Row(parameter: .midfaceLength, man: 0.2, child: -1.2, factors: [.length: 0.5]),
        Row(
            parameter: .noseLength, man: 0.35, child: -1.5, old: 0.6,
            factors: [.length: 0.4, .nose: 0.3]),
        Row(parameter: .noseWidth, man: 0.4, child: -0.5, old: 0.2, weight: 0.2),
        Row(parameter: .noseBridgeHeight, man: 0.3, child: -1.2, factors: [.nose: 0.4]),
        Row(parameter: .noseBridgeWidth, man: 0.3, child: 0.3, factors: [.nose: 0.3]),
        Row(parameter: .noseHump, man: 0.3, child: -0.9, old: 0.2, factors: [.nose: 0.3]),
        Row(parameter: .noseTipSize, man: 0.2, child: -0.2, old: 0.5, factors: [.nose: 0.4]),
        Row(parameter: .noseTipAngle, man: -0.35, child: 0.9, old: -0.8),
        Row(parameter: .nostrilFlare, man: 0.2, child: -0.4, factors: [.nose: 0.3]),
        Row(parameter: .eyeSpacing, child: 0.1, factors: [.size: 0.4]),
        Row(parameter: .eyeSize, man: -0.25, child: 1.2, weight: -0.15, factors: [.eyes: 0.5]),
        Row(parameter: .eyeWidth, man: 0.1, child: -0.2, factors: [.eyes: 0.4]),
        Row(parameter: .eyeOpenness, man: -0.25, child: 0.6, old: -0.6, factors: [.eyes: 0.5]),
        Row(parameter: .eyeTilt, man: -0.15, child: 0.1, old: -0.4),
        Row(parameter: .eyeDepth, man: 0.35, child: -0.5, old: 0.5, factors: [.robust: 0.3]),
        Row(parameter: .upperLidFold, old: 1.0),
        Row(parameter: .eyeBags, man: 0.1, child: -0.6, old: 1.5, weight: 0.2),
        Row(parameter: .browHeight, man: -0.5, child: 0.3, old: -0.4, factors: [.robust: -0.2]),
        Row(parameter: .mouthWidth, man: 0.3, child: -0.8, factors: [.size: 0.3]),
        Row(parameter: .upperLipFullness, man: -0.35, child: 0.3, old: -0.9, factors: [.lips: 0.7]),
        Row(parameter: .lowerLipFullness, man: -0.3, child: 0.2, old: -0.7, factors: [.lips: 0.7]),
        Row(parameter: .lipProtrusion, man: -0.1, child: 0.3, old: -0.5, factors: [.lips: 0.5]),
        Row(parameter: .philtrumLength, man: 0.3, child: -0.4, old: 0.7, factors: [.length: 0.3]),
        Row(parameter: .mouthCornerTilt, man: -0.05, child: 0.2, old: -0.8),
        Row(parameter: .earSize, man: 0.4, child: -0.6, old: 1.0, factors: [.size: 0.3]),
        Row(parameter: .earProtrusion, man: 0.2, child: 0.3),
        Row(parameter: .earLobe, man: 0.1, child: -0.3, old: 1.0),
        Row(parameter: .neckWidth, man: 1.0, child: -1.5, weight: 1.1, factors: [.robust: 0.4]),
        Row(parameter: .neckLength, man: -0.1, child: -0.4, old: -0.3, weight: -0.4),
        Row(
            parameter: .shoulderWidth, man: 1.1, child: -2.0, old: -0.2, weight: 0.4,
            factors: [.robust: 0.4, .size: 0.3]),
    ]

    /// The mean of each parameter for people of one sex, age and weight.
    ///
    /// - Parameters:
    ///   - masculinity: 0...1.
    ///   - age: years.
    ///   - weight: -1...1.
    /// - Returns: means in standard deviations among grown people.
    package static func mean(masculinity: Float, age: Float, weight: Float) -> FacialParameters {
        let child = 1 - ramp(age, 6, 18)
        let old = ramp(age, 40, 85)
        // Girls and boys hardly differ; the difference comes with growing up.
        let man = (2 * masculinity - 1) * blend(0.25, 1, ramp(age, 10, 19))
        var mean = FacialParameters()
        for row in rows {
            mean[row.parameter] =
                row.man * man + row.child * child + row.old * old + row.weight * weight
        }
        return mean
    }

    /// Draws what is a person's own: the distance from the mean, correlated by the factors.
    static func deviations(_ random: inout WorldRandom) -> FacialParameters {
        var causes: [Factor: Float] = [:]
        for factor in Factor.allCases {
            causes[factor] = random.normal(0, 1, in: -2.6...2.6)
        }
        var deviations = FacialParameters()
        for row in rows {
            var shared: Float = 0
            var share: Float = 0
            for factor in Factor.allCases {
                let loading = row.factors[factor] ?? 0
                shared += loading * (causes[factor] ?? 0)
                share += loading * loading
            }
            let own = random.normal(0, 1, in: -2.6...2.6)
            deviations[row.parameter] = shared + (1 - share).squareRoot() * own
        }
        return deviations
    }
}
