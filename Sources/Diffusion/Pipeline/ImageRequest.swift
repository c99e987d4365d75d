import Images

/// What picture to make. Every random draw follows from ``seed``.
public struct ImageRequest {
    /// A picture that a ControlNet follows.
    public struct Control {
        /// The network.
        public var network: ControlNet
        /// The condition; resized to the result's size.
        public var image: Image
        /// Strength of the residuals.
        public var scale: Double

        /// A condition.
        public init(_ network: ControlNet, _ image: Image, scale: Double = 1) {
            (self.network, self.image, self.scale) = (network, image, scale)
        }
    }

    /// An image prompt.
    public struct Reference {
        /// The adapter.
        public var adapter: IPAdapter
        /// The picture.
        public var image: Image
        /// Share of the image's attention.
        public var scale: Double

        /// A prompt.
        public init(_ adapter: IPAdapter, _ image: Image, scale: Double = 1) {
            (self.adapter, self.image, self.scale) = (adapter, image, scale)
        }
    }

    /// What to show.
    public var prompt: String
    /// How both prompts are read.
    public var reading = PromptReading()
    /// A picture whose projected CLIP embedding is the whole condition, as one token in place of a
    /// prompt's; zeros stand for none. For models trained so, as diffusers' image variations.
    public var imageToken: Image?
    /// What to keep away from; nil is an empty prompt (SDXL: zeros, if its index says so).
    public var negativePrompt: String?
    /// Pixels, a multiple of 8; the initial picture's, or the model's own size, if nil.
    public var width, height: Int?
    /// Denoising steps.
    public var steps = 30
    /// Classifier-free guidance (Ho and Salimans 2022); at most 1 turns it off and halves the work.
    public var guidanceScale = 7.5
    /// Share of guidance rescaled to the prediction's own deviation (Lin et al. 2024); 0...1.
    public var guidanceRescale = 0.0
    /// Where noise starts.
    public var seed: UInt64 = 0
    /// Whose random numbers the seed stands for.
    public var noise = NoiseKind.torch
    /// Pictures from one run, all different.
    public var batch = 1
    /// The sampler; the checkpoint's own if nil.
    public var scheduler: SchedulerKind?
    /// How the sampler's noise levels are spread; as the checkpoint says if nil.
    public var sigmas: SigmaSpread?
    /// How its timesteps are spread, `trailing` for models of few steps; as the checkpoint says if nil.
    public var spacing: TimestepSpacing?
    /// DDIM's and TCD's share of fresh noise, 0...1.
    public var eta = 0.0
    /// Start from this picture.
    public var image: Image?
    /// White where the picture may change; needs ``image``.
    public var mask: Image?
    /// Share of the steps that is done on a given picture, 0...1. nil: 0.8, or 1 with a mask.
    public var strength: Double?
    /// ControlNets, added up.
    public var controls: [Control] = []
    /// ControlNets lead, without need of a prompt.
    public var guessMode = false
    /// Image prompts.
    public var references: [Reference] = []
    /// SDXL: width and height that the model believes the picture had; the result's if nil.
    public var originalSize: (width: Int, height: Int)?
    /// SDXL: what the model believes was cropped from the left and the top, pixels.
    public var crop = (x: 0, y: 0)
    /// SDXL: the size that the model believes it makes; the result's if nil.
    public var targetSize: (width: Int, height: Int)?
    /// How the autoencoder spends memory.
    public var memory = AutoencoderMemory()

    /// A request with everything else at its default.
    public init(prompt: String) { self.prompt = prompt }

    /// Checks the numbers.
    ///
    /// - Throws: ``DiffusionError`` for the first that is out of range.
    func check() throws {
        func range(_ name: String, _ value: Double, _ allowed: ClosedRange<Double>) throws {
            guard allowed.contains(value) else {
                throw DiffusionError("Expected \(name) in \(allowed), found \(value).")
            }
        }
        for (name, side) in [("a width", width), ("a height", height)] {
            guard let side else { continue }
            guard side >= 8, side <= 16384, side.isMultiple(of: 8) else {
                throw DiffusionError(
                    "Expected \(name) of 8...16384 pixels and a multiple of 8, found \(side).")
            }
        }
        try range("a guidance scale", guidanceScale, 0...100)
        try range("a guidance rescale", guidanceRescale, 0...1)
        try range("a strength", strength ?? 1, 0...1)
        try range("a batch", Double(batch), 1...64)
        if mask != nil, image == nil {
            throw DiffusionError("A mask says what of a picture may change; give the picture too.")
        }
    }
}
