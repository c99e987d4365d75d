import Foundation

extension SchedulerConfiguration {
    /// The published keys.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case className = "_class_name", trainTimesteps = "num_train_timesteps"
        case betaStart = "beta_start", betaEnd = "beta_end", betaSchedule = "beta_schedule"
        case trainedBetas = "trained_betas", predictionType = "prediction_type"
        case timestepSpacing = "timestep_spacing", stepsOffset = "steps_offset"
        case setAlphaToOne = "set_alpha_to_one", skipPRKSteps = "skip_prk_steps"
        case clipSample = "clip_sample", clipSampleRange = "clip_sample_range", thresholding
        case rescaleBetasZeroSNR = "rescale_betas_zero_snr", varianceType = "variance_type"
        case originalSteps = "original_inference_steps", timestepScaling = "timestep_scaling"
        case useKarrasSigmas = "use_karras_sigmas", sigmaMin = "sigma_min", sigmaMax = "sigma_max"
        case finalSigma = "final_sigmas_type", solverOrder = "solver_order"
        case solverType = "solver_type", algorithmType = "algorithm_type"
        case lowerOrderFinal = "lower_order_final", eulerAtFinal = "euler_at_final"
        case lambdaMinClipped = "lambda_min_clipped", predictX0 = "predict_x0"
        case disableCorrector = "disable_corrector", interpolationType = "interpolation_type"
        case timestepType = "timestep_type", useExponentialSigmas = "use_exponential_sigmas"
        case useBetaSigmas = "use_beta_sigmas", useLuLambdas = "use_lu_lambdas"
        case useFlowSigmas = "use_flow_sigmas", useDynamicShifting = "use_dynamic_shifting"
    }

    /// Published keys that change nothing while the setting they belong to is off, which is the
    /// only way that setting is offered.
    private static let idleKeys: Set<String> = [
        "dynamic_thresholding_ratio", "sample_max_value",  // thresholding
        "flow_shift", "time_shift_type", "shift_terminal",  // use_flow_sigmas
        "noise_sampler_seed",  // DPM++ SDE's noise is the caller's
        "solver_p",  // null in every published file; anything else is refused
    ]

    /// Any key of a JSON object.
    private struct AnyKey: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The keys of an object that nothing here knows, and whether `solver_p` is set.
    private struct Survey: Decodable {
        let unknown: [String]
        let hasPredictor: Bool

        init(from decoder: any Decoder) throws {
            let object = try decoder.container(keyedBy: AnyKey.self)
            unknown = object.allKeys.map(\.stringValue).filter { key in
                !key.hasPrefix("_") && CodingKeys(rawValue: key) == nil
                    && !idleKeys.contains(key)
            }.sorted()
            let predictor = AnyKey(stringValue: "solver_p")
            hasPredictor = try object.contains(predictor) && !object.decodeNil(forKey: predictor)
        }
    }

    /// Reads a `scheduler_config.json`. Python's `-Infinity` is understood.
    ///
    /// - Parameters:
    ///   - json: the file's bytes.
    ///   - path: the file, for error messages.
    /// - Returns: the settings that the file has; nil for those it has not.
    /// - Throws: ``DiffusionError`` for text that is not a JSON object, for a value of the wrong kind
    ///   and, all at once, for keys that nothing here knows. Keys that start with `_` may be there.
    public static func load(json: [UInt8], from path: String) throws -> SchedulerConfiguration {
        let decoder = JSONDecoder()
        decoder.allowsJSON5 = true  // for Infinity
        do {
            let survey = try decoder.decode(Survey.self, from: Data(json))
            guard survey.unknown.isEmpty else {
                throw DiffusionError(
                    "\(path): unknown scheduler keys \(survey.unknown.joined(separator: ", ")).")
            }
            guard !survey.hasPredictor else {
                throw DiffusionError("\(path): expected solver_p to be null; none is offered.")
            }
            var configuration = try decoder.decode(SchedulerConfiguration.self, from: Data(json))
            if let least = configuration.lambdaMinClipped, !least.isFinite, least < 0 {
                configuration.lambdaMinClipped = nil
            }
            return configuration
        } catch let error as DecodingError {
            throw DiffusionError("\(path): \(sentence(error))")
        }
    }

    /// The configuration as JSON, keys sorted, those that are nil left out.
    ///
    /// - Throws: ``DiffusionError`` if a number is not finite.
    public func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
        } catch {
            throw DiffusionError("A scheduler's settings must be finite numbers to be saved.")
        }
    }

    private static func sentence(_ error: DecodingError) -> String {
        func name(_ keys: [any CodingKey]) -> String {
            keys.isEmpty ? "the file" : keys.map(\.stringValue).joined(separator: ".")
        }
        switch error {
        case .keyNotFound(let key, _): return "expected the key \(key.stringValue)."
        case .typeMismatch(_, let context), .valueNotFound(_, let context),
            .dataCorrupted(let context):
            return
                "\(name(context.codingPath)) is not what it should be. \(context.debugDescription)"
        @unknown default: return "not a scheduler configuration."
        }
    }
}
