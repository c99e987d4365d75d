import Images
import Torch

/// One step of a run.
public struct DenoisingStep {
    /// Which, from 0.
    public let index: Int
    /// How many there are.
    public let count: Int
    /// The latents after it, `[B, latent, h, w]`.
    public let latents: Tensor
    /// The clean latents as the network sees them now: decode them for a preview.
    public let predicted: Tensor
}

/// A run in progress: a sequence of steps, so that progress, previews, cancellation and
/// stop-and-continue come from iterating. Leave the loop to cancel.
///
/// Elements are results, because a step may fail: out of memory, say. After a failure the sequence
/// ends. ``state()`` between two steps is all that another process needs to go on with the same
/// bytes: ``restore(_:)`` it into a run of an equal request.
public final class Denoising: Sequence, IteratorProtocol {
    let model: StableDiffusion
    let inputs: DenoisingInputs
    let source: NoiseSource
    var scheduler: any Scheduler
    /// The latents now, `[B, latent, h, w]`.
    public private(set) var latents: Tensor
    /// The next step.
    public private(set) var index: Int
    /// The step a run from a picture starts at; 0 from noise.
    public let firstIndex: Int
    private var failed = false

    init(
        _ model: StableDiffusion, _ inputs: DenoisingInputs, _ scheduler: any Scheduler,
        latents: Tensor, from index: Int, _ source: NoiseSource
    ) {
        (self.model, self.inputs, self.source) = (model, inputs, source)
        (self.scheduler, self.latents, self.index) = (scheduler, latents, index)
        firstIndex = index
    }

    /// One past the last step.
    public var endIndex: Int { scheduler.timesteps.count }

    /// Does the next step; nil when there is none.
    public func next() -> Result<DenoisingStep, any Error>? {
        guard index < endIndex, !failed else { return nil }
        let result = Result { try noGrad { try step() } }
        if case .failure = result { failed = true }
        return result
    }

    private func step() throws -> DenoisingStep {
        let output = try inputs.prediction(model, scheduler, latents, at: index)
        var noise: Tensor?
        if scheduler.needsNoise(at: index) {
            noise = try source.normal(output.shape, dtype: output.dtype).to(output.device)
        }
        let result = try scheduler.step(output, at: index, sample: latents, noise: noise)
        latents = try inputs.kept(result.previous, scheduler, after: index)
        index += 1
        return DenoisingStep(
            index: index - 1, count: endIndex, latents: latents, predicted: result.predictedOriginal
        )
    }

    /// The pictures of the latents as they are now.
    ///
    /// - Throws: `TorchError`.
    public func images() throws -> [Image] { try images(of: latents) }

    /// The pictures of other latents: a step's prediction, for a preview.
    public func images(of latents: Tensor) throws -> [Image] {
        try noGrad {
            guard try latents.to(.float32).sum().item().isFinite else {
                throw DiffusionError(
                    "The network made numbers that are not finite, so there is no picture; float16 "
                        + "overflows in some models: compute in fp32 or bf16.")
            }
            let vae = model.autoencoder.network
            let unscaled = try vae.unscaled(latents).to(vae.dtype)
            let pictures = try vae.decode(unscaled, memory: inputs.memory)
            return try pictures.to(.cpu).unbound().map { try Image(tensor: $0) }
        }
    }

    /// All that goes on from here: save it as safetensors, if you like.
    ///
    /// - Returns: the latents, the next index, the generator's and the sampler's state.
    /// - Throws: `TorchError`.
    public func state() throws -> [String: Tensor] {
        var state = ["latents": latents, "generator": try source.state()]
        state["index"] = try Tensor(Int64(index))
        for (name, tensor) in scheduler.state { state["scheduler.\(name)"] = tensor }
        return state
    }

    /// Goes on from a state of an equal request's run.
    ///
    /// - Throws: ``DiffusionError`` if the state is of another run; `TorchError`.
    public func restore(_ state: [String: Tensor]) throws {
        guard let latents = state["latents"], let bytes = state["generator"],
            let place = try state["index"]?.integerItem(), latents.shape == self.latents.shape,
            (firstIndex...endIndex).contains(place)
        else {
            throw DiffusionError(
                "Expected the state of a run of \(self.latents.shape) latents, found "
                    + state.keys.sorted().joined(separator: ", "))
        }
        var own: [String: Tensor] = [:]
        for (name, tensor) in state where name.hasPrefix("scheduler.") {
            own[String(name.dropFirst("scheduler.".count))] = tensor
        }
        try scheduler.restore(own, at: place)
        try source.restore(bytes)
        (self.latents, index) = (latents, place)
    }
}
