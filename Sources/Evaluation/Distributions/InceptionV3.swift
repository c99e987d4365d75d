import Checkpoints
import Layers
import Torch

/// The Inception network of the Fréchet inception distance, with keys and details of `pytorch-fid`.
///
/// Szegedy et al. 2016, in the form of TensorFlow's `inception-2015-12-05`: 1008 classes, pooling
/// that does not count its padding, and a maximum instead of a mean in the last block. Features are
/// the 2048 channels after the last mean over places. Heusel et al. 2017 for their use.
public struct InceptionV3: FeatureNet {
    /// `inception-fid`.
    public let name = "inception-fid"
    /// 2048.
    public let dimension = 2048

    let stem: [InceptionConv]
    let mixed5: [InceptionA]
    let mixed6a: InceptionB
    let mixed6: [InceptionC]
    let mixed7a: InceptionD
    let mixed7: [InceptionE]
    let fc: Linear

    /// Takes the parameters from `scope`.
    public init(_ scope: Scope) {
        stem = [
            InceptionConv(scope / "Conv2d_1a_3x3", 3, 32, 3, stride: 2),
            InceptionConv(scope / "Conv2d_2a_3x3", 32, 32, 3),
            InceptionConv(scope / "Conv2d_2b_3x3", 32, 64, 3, padding: 1),
            InceptionConv(scope / "Conv2d_3b_1x1", 64, 80, 1),
            InceptionConv(scope / "Conv2d_4a_3x3", 80, 192, 3),
        ]
        mixed5 = [
            InceptionA(scope / "Mixed_5b", 192, pool: 32),
            InceptionA(scope / "Mixed_5c", 256, pool: 64),
            InceptionA(scope / "Mixed_5d", 288, pool: 64),
        ]
        mixed6a = InceptionB(scope / "Mixed_6a", 288)
        mixed6 = [
            InceptionC(scope / "Mixed_6b", 128), InceptionC(scope / "Mixed_6c", 160),
            InceptionC(scope / "Mixed_6d", 160), InceptionC(scope / "Mixed_6e", 192),
        ]
        mixed7a = InceptionD(scope / "Mixed_7a", 768)
        mixed7 = [
            InceptionE(scope / "Mixed_7b", 1280, pooling: .mean),
            InceptionE(scope / "Mixed_7c", 2048, pooling: .maximum),
        ]
        fc = Linear(scope / "fc", in: 2048, out: 1008)
    }

    /// Reads the published weights (`pt_inception-2015-12-05-6726825d.pth`, or converted).
    ///
    /// - Throws: `CheckpointError`; `ParameterError` with all that is missing or of another shape.
    public init(file path: String, device: Device = .cpu) throws {
        let store = try ParameterStore(
            loading: Checkpoint(try openCheckpoint(path)), dtype: .float32, device: device)
        self.init(store.root)
        try store.finish()
    }

    /// The features that FID compares.
    ///
    /// Pictures of any size are brought to 299 x 299 by plain bilinear sampling: no smoothing when
    /// they shrink, as the reference does, which published numbers depend on.
    ///
    /// - Parameter pictures: `[B, 3, H, W]`, RGB, -1...1.
    /// - Returns: `[B, 2048]`.
    /// - Throws: ``EvaluationError`` for another shape.
    public func features(of pictures: Tensor) throws -> Tensor {
        try stages(of: pictures).last?.mean([2, 3]) ?? pictures
    }

    /// Scores of the 1008 classes before softmax, of ``features(of:)``.
    public func logits(_ features: Tensor) throws -> Tensor { try fc(features) }

    /// The maps after each block: both poolings of the stem, then `Mixed_5b` to `Mixed_7c`.
    package func stages(of pictures: Tensor) throws -> [Tensor] {
        try expect(
            pictures.rank == 4 && pictures.shape[1] == 3, pictures, "pictures", "[B, 3, H, W]")
        // Sampled in 0...1, as the reference does, to round alike.
        let unit = try pictures.to(fc.weight.dtype) * 0.5 + 0.5
        var x = try interpolate(unit, size: [299, 299], mode: .bilinear) * 2.0 - 1.0
        x = try maxPool2d(stem[2](stem[1](stem[0](x))), kernel: 3, stride: 2)
        var stages = [x]  // [B, 64, 73, 73]
        x = try maxPool2d(stem[4](stem[3](x)), kernel: 3, stride: 2)
        stages.append(x)  // [B, 192, 35, 35]
        let blocks: [(Tensor) throws -> Tensor] =
            mixed5.map { $0.callAsFunction } + [mixed6a.callAsFunction]
            + mixed6.map { $0.callAsFunction } + [mixed7a.callAsFunction]
            + mixed7.map { $0.callAsFunction }
        for block in blocks {
            x = try block(x)
            stages.append(x)  // [B, 2048, 8, 8] at the end
        }
        return stages
    }
}
