/// Sizes of a face recogniser: what its `config.json` says.
public struct ArcFaceConfiguration: Hashable, Sendable {
    /// Which network, and its own sizes.
    public enum Network: Hashable, Sendable {
        /// A residual network; ``IResNet``.
        ///
        /// - `layers`: blocks of each of the four stages.
        /// - `planes`: channels of each stage.
        /// - `stem`: channels before the first stage.
        case iResNet(layers: [Int], planes: [Int], stem: Int)
        /// A network of depthwise convolutions; ``MobileFaceNet``.
        ///
        /// - `blocks`: of each of the four stages; a first number of 1 is a plain convolution.
        /// - `width`: channels that everything is a multiple of; 64 in published models.
        /// - `scale`: factor on the channels between blocks, not within them.
        case mobileFaceNet(blocks: [Int], width: Int, scale: Int)
    }

    /// Which network.
    public var network: Network
    /// Numbers in an embedding.
    public var embeddingSize: Int
    /// Side of an aligned face, pixels.
    public var inputSize: Int
    /// Share of the features dropped before the last layer, while training.
    public var dropout: Double

    /// A configuration.
    public init(
        _ network: Network, embeddingSize: Int = 512, inputSize: Int = 112, dropout: Double = 0
    ) {
        self.network = network
        self.embeddingSize = embeddingSize
        self.inputSize = inputSize
        self.dropout = dropout
    }

    /// Side of the last feature map: four halvings of the face, each rounded up.
    var lastSide: Int { (inputSize + 15) / 16 }

    /// arcface_torch's `iresnet18`.
    public static let r18 = iResNet(2, 2, 2, 2)
    /// arcface_torch's `iresnet34`.
    public static let r34 = iResNet(3, 4, 6, 3)
    /// arcface_torch's `iresnet50`: buffalo_l's recogniser.
    public static let r50 = iResNet(3, 4, 14, 3)
    /// arcface_torch's `iresnet100`: antelopev2's recogniser.
    public static let r100 = iResNet(3, 13, 30, 3)
    /// arcface_torch's `iresnet200`.
    public static let r200 = iResNet(6, 26, 60, 6)
    /// arcface_torch's `mbf`.
    public static let mobileFaceNet = ArcFaceConfiguration(
        .mobileFaceNet(blocks: [1, 4, 6, 2], width: 64, scale: 2))

    private static func iResNet(_ layers: Int...) -> ArcFaceConfiguration {
        ArcFaceConfiguration(.iResNet(layers: layers, planes: [64, 128, 256, 512], stem: 64))
    }
}
