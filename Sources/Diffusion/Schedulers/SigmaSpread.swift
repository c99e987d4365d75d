/// How the noise levels of a run are spread, for the methods that work on them.
public enum SigmaSpread: String, CaseIterable, Sendable {
    /// The levels of evenly spread timesteps; ``TimestepSpacing`` says how.
    case timesteps
    /// Dense where there is little noise. Karras et al. 2022, eq. 5, with rho 7.
    case karras
    /// Evenly along the logarithm.
    case exponential
    /// Levels found for Stable Diffusion by least error, ten of them for ten steps, others between
    /// these. Sabour et al. 2024, "Align Your Steps".
    case alignYourSteps = "ays"

    /// The eleven levels of the paper's ten steps; the last one ends the run without noise.
    static func knots(isXL: Bool) -> [Double] {
        isXL
            ? [14.615, 6.315, 3.771, 2.181, 1.342, 0.862, 0.555, 0.380, 0.234, 0.113, 0.029]
            : [14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029]
    }
}

extension SchedulerConfiguration {
    /// What the settings say.
    public var spread: SigmaSpread {
        if sigmaKnots != nil { return .alignYourSteps }
        return useKarrasSigmas == true
            ? .karras : useExponentialSigmas == true ? .exponential : .timesteps
    }

    /// The same schedule with its noise levels spread otherwise.
    ///
    /// - Parameters:
    ///   - spread: how.
    ///   - kind: the sampler; the configuration's own class if nil.
    ///   - isXL: whether the model is of SDXL's kind, which has steps of its own to align.
    /// - Returns: the settings.
    /// - Throws: ``DiffusionError`` for a sampler whose levels cannot be chosen.
    public func spreading(
        _ spread: SigmaSpread, kind: SchedulerKind?, isXL: Bool
    ) throws -> SchedulerConfiguration {
        let kind = kind ?? SchedulerKind(className: className)
        guard let kind, kind.spreadsSigmas || spread == .timesteps else {
            let able = SchedulerKind.allCases.filter(\.spreadsSigmas).map(\.rawValue)
            throw DiffusionError(
                "Expected a sampler whose noise levels can be spread as \(spread.rawValue), one of "
                    + "\(able.joined(separator: ", ")), found \(kind?.rawValue ?? className).")
        }
        var copy = self
        copy.useKarrasSigmas = spread == .karras
        copy.useExponentialSigmas = spread == .exponential
        copy.useBetaSigmas = nil
        copy.sigmaKnots = spread == .alignYourSteps ? SigmaSpread.knots(isXL: isXL) : nil
        return copy
    }
}
