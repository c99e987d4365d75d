import Checkpoints
import Diffusion
import Foundation
import Layers
import Testing
import Torch

/// Every fault of a network's folder is one report that names all of it.
@Suite struct BrokenModelTests {
    /// A tiny ControlNet's folder, and what is done to it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var config: [String: JSONValue] = [:]
        var removed: [String] = []
        var tensors: [String: [Int]] = [:]
        var sharded = false
        /// Works on the folder's path.
        var after: @Sendable (String) throws -> Void = { _ in }
        let says: String
    }

    static let weights = "diffusion_pytorch_model.safetensors"
    static let last = "diffusion_pytorch_model-00003-of-00003.safetensors"

    static let faults = [
        Fault(
            testDescription: "a missing key", removed: ["conv_in.bias"],
            says: """
                \(weights): the weights do not fit config.json: missing conv_in.bias; take both \
                from one model
                """),
        Fault(
            testDescription: "an extra key", tensors: ["conv_in.gain": [32]],
            says: """
                \(weights): the weights do not fit config.json: unused conv_in.gain; take both \
                from one model
                """),
        Fault(
            testDescription: "a wrong shape", tensors: ["conv_in.weight": [32, 9, 3, 3]],
            says: """
                \(weights): the weights do not fit config.json: expected conv_in.weight \
                [32, 4, 3, 3], found [32, 9, 3, 3]; take both from one model
                """),
        Fault(
            testDescription: "all three at once, twice each",
            removed: ["conv_in.bias", "mid_block.resnets.0.conv1.bias"],
            tensors: [
                "conv_in.gain": [32], "conv_out.bias": [4],
                "conv_in.weight": [32, 9, 3, 3], "time_embedding.linear_1.bias": [1],
            ],
            says: """
                \(weights): the weights do not fit config.json: missing conv_in.bias, \
                mid_block.resnets.0.conv1.bias; expected conv_in.weight [32, 4, 3, 3], found \
                [32, 9, 3, 3], time_embedding.linear_1.bias [128], found [1]; unused \
                conv_in.gain, conv_out.bias; take both from one model
                """),
        Fault(
            testDescription: "more than a list shows", config: ["layers_per_block": 2],
            says: """
                \(weights): the weights do not fit config.json: missing \
                down_blocks.0.resnets.1.norm1.weight, down_blocks.0.resnets.1.norm1.bias, \
                down_blocks.0.resnets.1.conv1.weight, down_blocks.0.resnets.1.conv1.bias, \
                down_blocks.0.resnets.1.time_emb_proj.weight, \
                down_blocks.0.resnets.1.time_emb_proj.bias, \
                down_blocks.0.resnets.1.norm2.weight, down_blocks.0.resnets.1.norm2.bias, \
                down_blocks.0.resnets.1.conv2.weight, down_blocks.0.resnets.1.conv2.bias, \
                down_blocks.0.attentions.1.norm.weight, down_blocks.0.attentions.1.norm.bias \
                and 114 more; expected controlnet_down_blocks.7.weight [32, 32, 1, 1], found \
                [64, 64, 1, 1], controlnet_down_blocks.7.bias [32], found [64]; take both from one \
                model
                """),
        Fault(
            testDescription: "an unknown configuration key",
            config: ["freeu": true, "dropout2": 0.1],
            says: """
                config.json: unknown keys dropout2, freeu; each may change the picture, so none \
                is passed over: use a model of the kind that is asked for, or a newer Likeness
                """),
        Fault(
            testDescription: "an unsupported value, a wrong kind and a missing tensor",
            config: ["act_fn": "mish", "norm_eps": "small"],
            removed: ["conv_in.bias"],
            says: """
                config.json: norm_eps: expected a number, found "small"; act_fn: expected \
                "silu", found "mish"; each may change the picture, so none is passed over: use a \
                model of the kind that is asked for, or a newer Likeness
                """),
        Fault(
            testDescription: "a truncated shard", sharded: true,
            after: { folder in
                let handle = try #require(FileHandle(forWritingAtPath: "\(folder)/\(last)"))
                try handle.truncate(atOffset: handle.seekToEnd() - 100)
            },
            says: """
                \(last): expected 445184 bytes of data, as the header promises, found 445084; the \
                file is damaged or incomplete, fetch it again.
                """),
        Fault(
            testDescription: "missing shards", sharded: true,
            after: { folder in
                for number in 2...3 {
                    try FileManager.default.removeItem(
                        atPath: "\(folder)/diffusion_pytorch_model-0000\(number)-of-00003"
                            + ".safetensors")
                }
            },
            says: """
                diffusion_pytorch_model.safetensors.index.json: expected these files beside the index, \
                found none of them: diffusion_pytorch_model-00002-of-00003.safetensors, \
                diffusion_pytorch_model-00003-of-00003.safetensors; fetch the missing parts.
                """),
        Fault(
            testDescription: "no weights at all",
            after: { try FileManager.default.removeItem(atPath: "\($0)/\(weights)") },
            says: """
                .: expected weights, one of diffusion_pytorch_model.safetensors.index.json, \
                diffusion_pytorch_model.safetensors, model.safetensors, \
                model.safetensors.index.json, \
                diffusion_pytorch_model.safetensors.index.fp16.json, \
                diffusion_pytorch_model.fp16.safetensors.index.json, \
                diffusion_pytorch_model.fp16.safetensors, model.fp16.safetensors, \
                model.safetensors.index.fp16.json, model.fp16.safetensors.index.json, \
                diffusion_pytorch_model.bin, pytorch_model.bin, \
                diffusion_pytorch_model.fp16.bin, pytorch_model.fp16.bin, found config.json; \
                check the folder, or fetch what is missing
                """),
        Fault(
            testDescription: "no configuration",
            after: { try FileManager.default.removeItem(atPath: "\($0)/config.json") },
            says: """
                .: expected a configuration, one of config.json, scheduler_config.json, \
                preprocessor_config.json, tokenizer_config.json, found \
                diffusion_pytorch_model.safetensors; check the folder, or fetch what is missing
                """),
    ]

    @Test(arguments: faults) func isReportedInOneSentence(_ fault: Fault) throws {
        let folder = try Folder()
        let path = folder.file("net")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false)
        try write(fault, to: path)
        let found = try #require(report(path))
        #expect(found == fault.says, "\(found)")
    }

    private func report(_ path: String) -> String? {
        do {
            _ = try ModelFolder(path).controlNet(dtype: .bfloat16)
            return nil
        } catch {
            return "\(error)".replacingOccurrences(of: path + "/", with: "")
                .replacingOccurrences(of: path, with: ".")
        }
    }

    private func write(_ fault: Fault, to path: String) throws {
        let part = try #require(PublishedModel.sd15ControlNet.components(tiny: true).first)
        let text = try #require(part.configuration)
        let shapes = try NetworkKind.controlNet.shapes(
            ConfigurationFile(bytes: Array(text.utf8), from: "config.json"))
        var all = Dictionary(
            uniqueKeysWithValues: shapes.entries.map { ($0.name, $0.tensor.shape) })
        for name in fault.removed { all[name] = nil }
        for (name, shape) in fault.tensors { all[name] = shape }
        let sources = try all.sorted { $0.key < $1.key }
            .map { TensorSource(name: $0.key, try .zeros($0.value)) }
        let size = all.values.reduce(0) { $0 + 4 * $1.reduce(1, *) }
        try SafetensorsIndex.write(
            sources, folder: path, name: "diffusion_pytorch_model",
            maximumShardByteCount: fault.sharded ? size * 2 / 5 : size)
        let json = try JSONValue(Array(text.utf8)).with(fault.config)
        try AtomicFile.write(Array(json.text.utf8), to: "\(path)/config.json")
        try fault.after(path)
    }
}
