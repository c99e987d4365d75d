import ArgumentParser
import Checkpoints
import Diffusion
import Faces
import Foundation
import Torch

/// `likeness forward NET`: one network on tensors from a file.
struct Forward: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run one network on tensors from a file, to compare it with its reference.",
        discussion: """
            Tensors are named as the reference's arguments and outputs are: sample, timestep, \
            encoder_hidden_states, text_embeds, time_ids, controlnet_cond, \
            down_block_additional_residuals.N, mid_block_additional_residual, conditioning_scale; \
            x (vae-encode), z (vae-decode); input_ids; pixel_values; faces (arcface, -1...1), \
            pictures (retinaface, BGR less the mean). --feature adds inner values by their \
            checkpoint path, such as mid_block or down_blocks.0.resnets.1.
            """)

    @Argument(help: "Which: \(Net.allCases.map(\.rawValue).joined(separator: ", ")).")
    var net: Net

    @Option(
        help: ArgumentHelp(
            "A folder with config.json and weights, as diffusers or transformers saves it; of a "
                + "face network also its weight file."))
    var model: String

    @Option(help: "A safetensors file with the inputs.")
    var inputs: String

    @Option(name: .shortAndLong, help: "The safetensors file to write.")
    var output: String

    @Option(help: "Compute in fp32, bf16 or fp16.")
    var dtype: ComputeType = .fp32

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Option(help: "An inner value to write too; repeat for more.")
    var feature: [String] = []

    @Flag(help: "Replace an existing output file.")
    var force = false

    @OptionGroup var reporting: Reporting

    enum Net: String, CaseIterable, ExpressibleByArgument {
        case unet, controlnet
        case latentControlnet = "latent-controlnet"
        case vaeEncode = "vae-encode"
        case vaeDecode = "vae-decode"
        case clipText = "clip-text"
        case clipVision = "clip-vision"
        case arcface, retinaface
    }

    struct Report: Encodable {
        let output: String
        let seconds: Double
        let outputs: [String: [Int]]
    }

    func run() throws {
        try reporting.run {
            try Output.check(output, force: force)
            let given = Arguments(
                try openCheckpoint(inputs).tensors(), path: inputs, dtype: dtype.dtype,
                device: device)
            let recorder = FeatureRecorder(feature)
            let clock = ContinuousClock()
            var results: [String: Tensor] = [:]
            let seconds = try clock.measure {
                results = try noGrad { try forward(given, recorder.hooks) }
            }
            for name in feature {
                guard let value = recorder.features[name] else {
                    throw CommandError(
                        "--feature \(name): this network makes no value of that name; names are "
                            + "checkpoint paths, such as mid_block",
                        code: Failure.badInput)
                }
                results[name] = value
            }
            try SafetensorsWriter.write(results, metadata: ["format": "pt"], to: output)
            let report = Report(
                output: output, seconds: seconds.seconds, outputs: results.mapValues(\.shape))
            try reporting.result(
                report,
                text: "\(output): "
                    + results.keys.sorted().map { "\($0) \(results[$0]?.shape ?? [])" }
                    .joined(separator: ", "))
        }
    }

    private func forward(_ given: Arguments, _ hooks: FeatureHooks) throws -> [String: Tensor] {
        let folder = ModelFolder(model)
        let type = dtype.dtype
        switch net {
        case .unet:
            let unet = try folder.unet(dtype: type, device: device).network
            return [
                "sample": try unet(
                    given("sample"), timestep: given.exact("timestep"),
                    context: given("encoder_hidden_states"),
                    contextMask: given.optional("encoder_attention_mask"), added: given.added(),
                    residuals: given.residuals(), hooks: hooks)
            ]
        case .controlnet:
            let net = try folder.controlNet(dtype: type, device: device).network
            let residuals = try net(
                given("sample"), timestep: given.exact("timestep"),
                context: given("encoder_hidden_states"), condition: given("controlnet_cond"),
                scale: given.number("conditioning_scale", default: 1),
                guess: given.number("guess_mode", default: 0) != 0, added: given.added(),
                hooks: hooks)
            return numbered(residuals)
        case .latentControlnet:
            let net = try folder.latentControlNet(dtype: type, device: device).network
            let output = try net(
                given("sample"), timestep: given.exact("timestep"),
                context: given("encoder_hidden_states"), condition: given("controlnet_cond"),
                hooks: hooks)
            return numbered(output.residuals)
        case .vaeEncode:
            let vae = try folder.autoencoder(dtype: type, device: device).network
            let latents = try vae.encode(given("x"), hooks: hooks)
            return ["latent_dist.mean": latents.mean, "latent_dist.logvar": latents.logvar]
        case .vaeDecode:
            let vae = try folder.autoencoder(dtype: type, device: device).network
            return ["sample": try vae.decode(given("z"), hooks: hooks)]
        case .clipText:
            let text = try folder.clipText(dtype: type, device: device).network
            let output = try text(given.exact("input_ids"), hooks: hooks)
            var results = numbered(output.hiddenStates)
            results["last_hidden_state"] = output.lastHiddenState
            results["pooler_output"] = output.pooled
            results["text_embeds"] = output.textEmbeds
            return results
        case .clipVision:
            let vision = try folder.clipVision(dtype: type, device: device).network
            let output = try vision(given("pixel_values"), hooks: hooks)
            var results = numbered(output.hiddenStates)
            results["last_hidden_state"] = output.lastHiddenState
            results["pooler_output"] = output.pooled
            results["image_embeds"] = output.imageEmbeds
            return results
        case .arcface:
            let recogniser = try FaceRecogniser(model, dtype: type, device: device)
            return ["embedding": try recogniser.network(given("faces"))]
        case .retinaface:
            let detector = try FaceDetector(model, dtype: type, device: device)
            let output = try detector.network(given("pictures"))
            return [
                "boxes": output.boxes, "logits": output.logits, "landmarks": output.landmarks,
            ]
        }
    }

    private func numbered(_ residuals: ControlResiduals) -> [String: Tensor] {
        var results = ["mid_block_res_sample": residuals.mid]
        for (index, map) in residuals.down.enumerated() {
            results["down_block_res_samples.\(index)"] = map
        }
        return results
    }

    private func numbered(_ states: [Tensor]) -> [String: Tensor] {
        Dictionary(
            uniqueKeysWithValues: states.enumerated().map { ("hidden_states.\($0)", $1) })
    }
}

/// The input tensors of a forward pass, by the reference's argument names.
private struct Arguments {
    let tensors: [String: Tensor]
    let path: String
    let dtype: DType
    let device: Device

    init(_ tensors: [String: Tensor], path: String, dtype: DType, device: Device) {
        (self.tensors, self.path, self.dtype, self.device) = (tensors, path, dtype, device)
    }

    /// In the network's type.
    func callAsFunction(_ name: String) throws -> Tensor { try converted(exact(name)) }

    /// In the file's type: indices, timesteps.
    func exact(_ name: String) throws -> Tensor {
        guard let tensor = tensors[name] else {
            throw CommandError(
                "\(path): expected a tensor named \(name), found "
                    + tensors.keys.sorted().joined(separator: ", "),
                code: Failure.badInput)
        }
        return try tensor.to(device)
    }

    func optional(_ name: String) throws -> Tensor? {
        tensors[name] == nil ? nil : try self(name)
    }

    func number(_ name: String, default fallback: Double) throws -> Double {
        try tensors[name]?.item() ?? fallback
    }

    func added() throws -> AddedConditions? {
        guard tensors["text_embeds"] != nil || tensors["time_ids"] != nil else { return nil }
        return AddedConditions(textEmbeds: try self("text_embeds"), timeIds: try self("time_ids"))
    }

    func residuals() throws -> ControlResiduals? {
        guard let mid = try optional("mid_block_additional_residual") else { return nil }
        var down: [Tensor] = []
        while let next = try optional("down_block_additional_residuals.\(down.count)") {
            down.append(next)
        }
        return ControlResiduals(down: down, mid: mid)
    }

    private func converted(_ tensor: Tensor) throws -> Tensor {
        try tensor.dtype.isFloatingPoint ? tensor.to(dtype) : tensor
    }
}

/// The types a network can compute in.
enum ComputeType: String, CaseIterable, ExpressibleByArgument {
    case fp32, bf16, fp16

    /// What pictures are made in unless told otherwise: bf16 where it is fast.
    static func usual(on device: Device) -> ComputeType {
        switch device.kind {
        case .cuda: .bf16
        case .cpu: FusedKernels.areEnabled ? .bf16 : .fp32
        default: .fp32
        }
    }

    static let help: ArgumentHelp =
        "Compute in fp32, bf16 or fp16; bf16 where this machine is fast in it, else fp32, unless given."

    var dtype: DType {
        switch self {
        case .fp32: .float32
        case .bf16: .bfloat16
        case .fp16: .float16
        }
    }
}

extension Device {
    /// A device from the command line.
    init(parsing text: String) throws {
        guard let device = Device(name: text) else {
            throw ValidationError("expected cpu, cuda, cuda:N or mps, found '\(text)'.")
        }
        self = device
    }
}
