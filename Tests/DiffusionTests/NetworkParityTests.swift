import Checkpoints
import Diffusion
import Layers
import TestSupport
import Testing
import Torch

/// Every network of the fixtures against diffusers and transformers.
@Suite struct NetworkParityTests {
    static let files = ["unet", "controlnet", "vae", "clip"]
    static let cases = files.flatMap { (try? NetworkCase.all(in: $0)) ?? [] }
    static let bound = (error: 2e-5, cosine: 0.999999)

    /// Largest error and smallest cosine over all outputs, which must have the same names.
    private func worst(_ ours: [String: Tensor], _ theirs: [String: Tensor]) throws -> (
        error: Double, cosine: Double
    ) {
        var result = (error: 0.0, cosine: 1.0)
        for (name, expected) in theirs {
            let closeness = try Closeness(#require(ours[name], "no output \(name)"), expected)
            // Written so that NaN is no success.
            if !(closeness.maxError <= result.error) { result.error = closeness.maxError }
            if !(closeness.cosine >= result.cosine) { result.cosine = closeness.cosine }
        }
        return result
    }

    private func isClose(_ found: (error: Double, cosine: Double)) -> Bool {
        found.error <= Self.bound.error && found.cosine >= Self.bound.cosine
    }

    @Test func findsEveryCase() throws {
        let counts = Self.files.map { file in Self.cases.count { $0.file == file } }
        #expect(counts == [20, 3, 5, 6])
    }

    @Test(arguments: cases) func matchesTheReference(_ network: NetworkCase) throws {
        let expected = try network.tensors("output")
        #expect(!expected.isEmpty)
        let found = try worst(network.run(network.parameters()), expected)
        #expect(isClose(found), "\(found)")
    }

    @Test(arguments: cases.filter { ["unet", "vae"].contains($0.file) && $0.name.hasPrefix("sd") })
    func isAsNearTheTruthInBfloat16AsTheReference(_ network: NetworkCase) throws {
        let reference = try network.tensors("bf16")
        guard !reference.isEmpty else { return }
        let all = try network.tensors("output")
        let truth = all.filter { reference[$0.key] != nil }
        #expect(truth.count == reference.count)
        let ours = try network.run(network.parameters(), dtype: .bfloat16)
        let (own, theirs) = try (worst(ours, truth), worst(reference, truth))
        // Our kernels round elsewhere than libtorch's; they may not round much more.
        #expect(1 - own.cosine <= 1.5 * (1 - theirs.cosine), "\(own), reference \(theirs)")
        guard !FusedKernels.areEnabled else { return }
        #expect(try worst(ours, reference).cosine >= 0.9999)
    }

    @Test func innerValuesMatchTheReference() throws {
        let network = try #require(Self.cases.first { $0.file == "unet" && $0.name == "sd15" })
        let expected = try network.tensors("feature")
        let recorder = FeatureRecorder(expected.keys)
        _ = try network.run(network.parameters(), hooks: recorder.hooks)
        // No hook sees a value before its activation.
        let unhooked: Set = ["time_embedding", "conv_norm_out"]
        #expect(Set(expected.keys).subtracting(recorder.features.keys) == unhooked)
        #expect(recorder.features.count == 10)
        for (name, value) in recorder.features {
            try expectClose(value, #require(expected[name]), within: 2e-5, name)
        }
    }

    /// Negative controls: what each must move the outputs by shows that the bound can fail.
    @Test(arguments: cases.filter { $0.name.hasPrefix("sd") || $0.name.hasPrefix("ViT-L") })
    func noticesSmallFaults(_ network: NetworkCase) throws {
        let expected = try network.tensors("output")
        let parameters = try network.parameters()
        let all = try Dictionary(
            uniqueKeysWithValues: parameters.names.map {
                ($0, try parameters.tensor(named: $0, dtype: nil, device: .cpu))
            })
        let matrices = parameters.names.filter {
            (all[$0]?.rank ?? 0) > 1 && !$0.contains("embedding")
        }
        let middle = matrices[matrices.count / 2]
        let value = try #require(all[middle])

        var scaled = all
        scaled[middle] = try value * 1.01
        #expect(!isClose(try worst(network.run(scaled), expected)), "\(middle) x 1.01")

        let twin = try #require(
            matrices.first { $0 != middle && all[$0]?.shape == value.shape })
        var swapped = all
        (swapped[middle], swapped[twin]) = (all[twin], value)
        #expect(!isClose(try worst(network.run(swapped), expected)), "\(middle) and \(twin)")

        for key in ["norm_eps", "layer_norm_eps"] {
            guard case .number(let text)? = network.config[key], let eps = Double(text) else {
                continue
            }
            var other = network
            other.config = network.config.with([key: .number("\(10 * eps)")])
            #expect(!isClose(try worst(other.run(all), expected)), "\(key)")
        }
    }
}
