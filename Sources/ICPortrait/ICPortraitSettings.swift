import Training

/// What the paper leaves to numbers, and the points that it leaves open, each with the reading that
/// is the default here.
public struct ICPortraitSettings: Settings {
    /// The share of the style reference that is seen when portraits are made, 0...0.2 (Figure 7).
    public var keepRatio = 0.1
    /// n of F(., 0~n): the most that is seen in training (section 3.3: 80 % and more is hidden).
    public var trainingKeepRatio = 0.2
    /// Dense matching (section 3.3).
    public var matching = MatchingSettings()
    /// How the profile's features are blended in (section 3.3, equation 7).
    public var blend = AppearanceBlend()
    /// Share of the noise schedule that each round goes back over: the "iterative dual condition
    /// inference" of section 4.3. One number is plain SDEdit.
    public var strengths = [0.65, 0.45]
    /// Denoising steps of the whole schedule.
    public var steps = 50
    /// Guidance against a token of zeros; 1 for none. The paper gives none.
    public var guidance = 3.0
    /// The part of the noise schedule within which guidance is applied, 0 (clean) to 1 (noise). Beyond
    /// it only the token is followed, at half the price: Kynkäänniemi et al. 2024, "Applying Guidance
    /// in a Limited Interval".
    public var guidanceFrom = 0.0
    /// Where that part ends.
    public var guidanceTo = 1.0
    /// Guidance by a recogniser.
    public var identity = IdentityGuidance()
    /// Replaces the profile's half by the noised profile before every step, where the paper denoises
    /// both halves together.
    public var replacesProfile = false

    /// As the shipped models are made.
    public init() {}

    /// Refuses numbers that no portrait can have.
    ///
    /// - Throws: ``ICPortraitError``.
    public func check() throws {
        let side = matching.medianSide
        guard (1...31).contains(side), side % 2 == 1 else {
            throw ICPortraitError(
                "matching.median_side: expected an odd number of 1 to 31, found \(side).")
        }
        guard (1...1000).contains(steps) else {
            throw ICPortraitError("steps: expected 1 to 1000, found \(steps).")
        }
        for (name, ratio) in [
            ("keep_ratio", keepRatio), ("training_keep_ratio", trainingKeepRatio),
        ]
        where !(0...1).contains(ratio) {
            throw ICPortraitError("\(name): expected a keep ratio of 0 to 1, found \(ratio).")
        }
        guard (1...100).contains(guidance) else {
            throw ICPortraitError(
                "guidance: expected 1, which is none, to 100, found \(guidance).")
        }
        try identity.check()
        guard 0 <= guidanceFrom, guidanceFrom <= guidanceTo, guidanceTo <= 1 else {
            throw ICPortraitError(
                "guidance_from and guidance_to: expected a part of 0 to 1, found \(guidanceFrom) to "
                    + "\(guidanceTo).")
        }
        for (name, number) in [
            ("blend.alpha", blend.alpha), ("blend.beta", blend.beta),
            ("matching.cycle_limit", matching.cycleLimit),
            ("matching.refinement", matching.refinement),
        ] where !(abs(number) <= 100) {
            throw ICPortraitError("\(name): expected a number up to 100, found \(number).")
        }
    }

    enum CodingKeys: String, CodingKey {
        case matching, blend, strengths, steps, guidance, identity
        case keepRatio = "keep_ratio"
        case trainingKeepRatio = "training_keep_ratio"
        case guidanceFrom = "guidance_from"
        case guidanceTo = "guidance_to"
        case replacesProfile = "replaces_profile"
    }
}

/// How places of the target find theirs in the profile photo.
public struct MatchingSettings: Settings {
    /// What is matched.
    public enum Moment: String, Codable, CaseIterable, Sendable {
        /// The clean style reference and the clean profile, once.
        case clean
        /// The canvas as it is, at every step: the paper's "at time step t". Noise leaves nothing to
        /// match at the first steps.
        case current
        /// Nothing: the profile's features stay where they are.
        case never
    }

    /// What is matched (section 3.3).
    public var moment = Moment.clean
    /// The timestep that the matching net is told of clean latents.
    public var timestep = 1
    /// Down blocks whose last features are the descriptors (section 3.3: "intermediate layer"). The
    /// finest of them is the grid on which matches are told apart.
    public var blocks = [0, 1, 2]
    /// What similarities are divided by when a match is placed between its cell and the eight around
    /// it; 0 takes the most similar cell as it is (equation 6).
    public var refinement = 0.05
    /// Side of the squares over which the flow's median is taken, cells; 1 for none.
    public var medianSide = 3
    /// A match counts if, followed there and back, it ends within this share of the grid's longer
    /// side; 0 counts all, as the paper does.
    public var cycleLimit = 0.0

    /// As the shipped models are made: what found the most places of unseen people after 200 steps.
    public init() {}

    /// As the paper says it: the canvas at every step, features of coarser blocks, the best cell.
    public static var paper: MatchingSettings {
        var settings = MatchingSettings()
        (settings.moment, settings.blocks) = (.current, [1, 2])
        (settings.refinement, settings.medianSide) = (0, 1)
        return settings
    }

    enum CodingKeys: String, CodingKey {
        case moment, timestep, blocks, refinement
        case medianSide = "median_side"
        case cycleLimit = "cycle_limit"
    }
}
