import Checkpoints
import Diffusion
import Foundation
import Layers
import TestSupport
import Testing
import Torch

// Fixtures and their recipe: Reference/diffusion/write_fixtures.py

/// One network of the fixtures, and its configuration.
struct NetworkCase: Sendable, CustomTestStringConvertible {
    let file: String
    let name: String
    let kind: NetworkKind
    let seed: UInt64
    var config: JSONValue
    var testDescription: String { "\(file): \(name)" }

    /// Every case of a fixture.
    static func all(in file: String) throws -> [NetworkCase] {
        let url = Fixture.root.appendingPathComponent("Reference/diffusion/fixtures/\(file).json")
        guard case .object(let cases) = try JSONValue([UInt8](Data(contentsOf: url))) else {
            return []
        }
        return cases.sorted { $0.key < $1.key }.compactMap { name, value in
            guard case .string(let type)? = value["class"], let kind = NetworkKind(rawValue: type),
                case .number(let seed)? = value["seed"], let seed = UInt64(seed),
                let config = value["config"]
            else { return nil }
            return NetworkCase(file: file, name: name, kind: kind, seed: seed, config: config)
        }
    }

    /// The configuration as a file, read anew each time.
    func configuration() throws -> ConfigurationFile {
        try ConfigurationFile(bytes: Array(config.text.utf8), from: "config.json")
    }

    /// The parameters, drawn by name.
    func parameters() throws -> SeededParameters {
        SeededParameters(like: try kind.shapes(configuration()), seed: seed)
    }

    /// The fixture's tensors under `CASE/group/`.
    func tensors(_ group: String) throws -> [String: Tensor] {
        let fixture = try Fixture("diffusion/fixtures/\(file)")
        var found: [String: Tensor] = [:]
        let prefix = "\(name)/\(group)/"
        for key in fixture.names where key.hasPrefix(prefix) {
            found[String(key.dropFirst(prefix.count))] = try fixture[key]
        }
        return found
    }

    /// Builds the network and runs it on the fixture's inputs.
    func run(
        _ source: any ParameterSource, dtype: DType = .float32, hooks: FeatureHooks = .none
    ) throws -> [String: Tensor] {
        let inputs = try tensors("input")
        let store = try ParameterStore(loading: source, dtype: dtype)
        let run = try network(store.root)
        try store.finish()
        // As weights that are read from files.
        try store.prepareForInference()
        return try noGrad { try run(NetworkInputs(tensors: inputs, dtype: dtype), hooks) }
    }

    typealias Run = (NetworkInputs, FeatureHooks) throws -> [String: Tensor]

    private func network(_ root: Scope) throws -> Run {
        let file = try configuration()
        switch kind {
        case .unet:
            let unet = UNet2DCondition(root, try UNet2DConditionConfiguration(file))
            return { x, hooks in
                [
                    "sample": try unet(
                        x("sample"), timestep: x.exact("timestep"),
                        context: x("encoder_hidden_states"), added: x.added(),
                        residuals: x.residuals(), hooks: hooks)
                ]
            }
        case .controlNet:
            let net = ControlNet(root, try ControlNetConfiguration(file))
            return { x, hooks in
                let residuals = try net(
                    x("sample"), timestep: x.exact("timestep"),
                    context: x("encoder_hidden_states"), condition: x("controlnet_cond"),
                    scale: x.tensors["conditioning_scale"]?.item() ?? 1, added: x.added(),
                    hooks: hooks)
                return numbered("down_block_res_samples", residuals.down)
                    .merging(["mid_block_res_sample": residuals.mid]) { first, _ in first }
            }
        case .latentControlNet:
            let net = LatentControlNet(root, try UNet2DConditionConfiguration(file))
            return { x, hooks in
                let residuals = try net(
                    x("sample"), timestep: x.exact("timestep"),
                    context: x("encoder_hidden_states"), condition: x("controlnet_cond"),
                    hooks: hooks
                ).residuals
                return numbered("down_block_res_samples", residuals.down)
                    .merging(["mid_block_res_sample": residuals.mid]) { first, _ in first }
            }
        case .autoencoder:
            let vae = AutoencoderKL(root, try AutoencoderKLConfiguration(file))
            return { x, hooks in
                let latents = try vae.encode(x("x"), hooks: hooks)
                return [
                    "latent_dist.mean": latents.mean, "latent_dist.logvar": latents.logvar,
                    "sample": try vae.decode(x("z"), hooks: hooks),
                ]
            }
        case .clipText, .clipTextWithProjection:
            let text = CLIPText(
                root / "text_model", try CLIPTextConfiguration(file),
                projection: kind == .clipTextWithProjection ? root : nil)
            return { x, hooks in
                let output = try text(x.exact("input_ids"), hooks: hooks)
                var results = numbered("hidden_states", output.hiddenStates)
                results["last_hidden_state"] = output.lastHiddenState
                results["pooler_output"] = output.pooled
                results["text_embeds"] = output.textEmbeds
                return results
            }
        case .clipVision, .clipResNet:
            let vision = CLIPVision(root, try CLIPVisionConfiguration(file))
            return { x, hooks in
                let output = try vision(x("pixel_values"), hooks: hooks)
                var results = numbered("hidden_states", output.hiddenStates)
                results["last_hidden_state"] = output.lastHiddenState
                results["pooler_output"] = output.pooled
                results["image_embeds"] = output.imageEmbeds
                return results
            }
        }
    }
}

private func numbered(_ name: String, _ values: [Tensor]) -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: values.enumerated().map { ("\(name).\($0)", $1) })
}

/// A case's inputs, converted to the network's type.
struct NetworkInputs {
    let tensors: [String: Tensor]
    let dtype: DType

    func callAsFunction(_ name: String) throws -> Tensor { try exact(name).to(dtype) }

    func exact(_ name: String) throws -> Tensor { try #require(tensors[name], "\(name)") }

    func added() throws -> AddedConditions? {
        guard tensors["text_embeds"] != nil else { return nil }
        return AddedConditions(textEmbeds: try self("text_embeds"), timeIds: try self("time_ids"))
    }

    func residuals() throws -> ControlResiduals? {
        guard tensors["mid_block_additional_residual"] != nil else { return nil }
        let name = "down_block_additional_residuals"
        let count = tensors.keys.count { $0.hasPrefix(name) }
        return ControlResiduals(
            down: try (0..<count).map { try self("\(name).\($0)") },
            mid: try self("mid_block_additional_residual"))
    }
}
