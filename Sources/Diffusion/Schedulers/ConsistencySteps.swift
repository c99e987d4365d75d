/// The timesteps of consistency models: some of those that they were distilled on.
enum ConsistencySteps {
    /// - Parameters:
    ///   - configuration: `original_inference_steps`, 50 if it does not say.
    ///   - kind: for messages.
    ///   - train: number of training timesteps.
    ///   - steps: how many, at most as many as there are.
    /// - Returns: `steps` of them, falling from the last.
    /// - Throws: ``DiffusionError`` for more steps than the model was distilled on.
    static func timesteps(
        _ configuration: SchedulerConfiguration, kind: SchedulerKind, train: Int, steps: Int
    ) throws -> [Int] {
        let original = configuration.originalSteps ?? 50
        guard (1...train).contains(original), steps <= original else {
            throw DiffusionError(
                "\(kind.className): expected at most \(min(original, train)) steps, as many as the "
                    + "model was distilled on, found \(steps).")
        }
        let ratio = train / original
        let known = (1...original).reversed().map { $0 * ratio - 1 }
        return (0..<steps).map { known[$0 * original / steps] }
    }
}
