import Layers

extension ArcFaceConfiguration {
    /// The sizes that a recogniser's tensors tell: published files come without a configuration.
    ///
    /// The side of the face is told in steps of 16 pixels.
    ///
    /// - Parameters:
    ///   - source: the tensors, under arcface_torch's keys.
    ///   - path: names the file in messages.
    /// - Throws: ``FaceError/weights(file:detail:)`` for tensors of another network.
    init(of source: any ParameterSource, path: String) throws {
        let found = Self.iResNet(source) ?? Self.mobileFaceNet(source)
        guard let found else {
            throw FaceError.weights(
                file: path,
                detail:
                    "expected the tensors of arcface_torch's IResNet (fc.weight, features.bias, "
                    + "layer1.0.conv1.weight) or MobileFaceNet (conv_sep.layers.0.weight), found "
                    + "others")
        }
        self = found
    }

    private static func iResNet(_ source: any ParameterSource) -> ArcFaceConfiguration? {
        guard let stem = source.shape(of: "conv1.weight")?.first,
            let fc = source.shape(of: "fc.weight"), fc.count == 2
        else { return nil }
        var layers: [Int] = []
        var planes: [Int] = []
        for stage in 1...4 {
            guard let width = source.shape(of: "layer\(stage).0.conv1.weight")?.first else {
                return nil
            }
            planes.append(width)
            layers.append(
                countFromZero { source.shape(of: "layer\(stage).\($0).bn1.weight") != nil })
        }
        let side = Int(Double(fc[1] / max(planes[3], 1)).squareRoot())
        return ArcFaceConfiguration(
            .iResNet(layers: layers, planes: planes, stem: stem), embeddingSize: fc[0],
            inputSize: 16 * side)
    }

    private static func mobileFaceNet(_ source: any ParameterSource) -> ArcFaceConfiguration? {
        guard let last = source.shape(of: "conv_sep.layers.0.weight")?.first,
            let narrow = source.shape(of: "layers.0.layers.0.weight")?.first,
            let side = source.shape(of: "features.layers.0.layers.0.weight")?.last,
            let linear = source.shape(of: "features.layers.2.weight")?.first,
            last.isMultiple(of: 8), last >= 8
        else { return nil }
        let plain = source.shape(of: "layers.1.layers.0.weight") != nil
        let blocks = [1, 3, 5, 7].map { index in
            index == 1 && plain
                ? 1
                : countFromZero {
                    source.shape(of: "layers.\(index).layers.\($0).layers.2.layers.0.weight") != nil
                }
        }
        return ArcFaceConfiguration(
            .mobileFaceNet(blocks: blocks, width: last / 8, scale: narrow / (last / 8)),
            embeddingSize: linear, inputSize: 16 * side)
    }
}
