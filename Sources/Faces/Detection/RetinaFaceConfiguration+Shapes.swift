import Layers

extension RetinaFaceConfiguration {
    /// The sizes that a detector's tensors tell: published files come without a configuration.
    ///
    /// The anchors' sides are not among them and taken to be the published ones.
    ///
    /// - Parameters:
    ///   - source: the tensors, under the reference's keys.
    ///   - path: names the file in messages.
    /// - Throws: ``FaceError/weights(file:detail:)`` for tensors of another network.
    init(of source: any ParameterSource, path: String) throws {
        let body = Self.mobileNet(source) ?? Self.resNet(source)
        guard let body, let channels = source.shape(of: "fpn.output1.0.weight")?.first else {
            throw FaceError.weights(
                file: path,
                detail: "expected the tensors of RetinaFace (fpn.output1.0.weight and "
                    + "body.stage1.0.0.weight or body.conv1.weight), found others")
        }
        self.init(body, channels: channels)
    }

    private static func mobileNet(_ source: any ParameterSource) -> Body? {
        let places = ["1.0.0", "1.1.3", "1.2.3", "1.4.3", "2.0.3", "3.0.3"]
        let widths = places.compactMap { source.shape(of: "body.stage\($0).weight")?.first }
        guard widths.count == places.count else { return nil }
        return .mobileNet(
            widths: widths,
            blocks: [2, 3].map { stage in
                countFromZero { source.shape(of: "body.stage\(stage).\($0).3.weight") != nil }
            })
    }

    private static func resNet(_ source: any ParameterSource) -> Body? {
        let widths = (1...4).compactMap {
            source.shape(of: "body.layer\($0).0.conv1.weight")?.first
        }
        guard widths.count == 4 else { return nil }
        return .resNet(
            widths: widths,
            blocks: (1...4).map { stage in
                countFromZero { source.shape(of: "body.layer\(stage).\($0).conv1.weight") != nil }
            })
    }
}
