/// Sizes of a face detector: what its `config.json` says.
public struct RetinaFaceConfiguration: Hashable, Sendable {
    /// The network that makes the three feature maps, at an eighth, a sixteenth and a thirty-second
    /// of the picture.
    public enum Body: Hashable, Sendable {
        /// Depthwise convolutions. Howard et al. 2017.
        ///
        /// - `widths`: channels of the stem, after the first block, at a quarter of the picture, and
        ///   of the three maps: six numbers.
        /// - `blocks`: how many blocks the second and the third stage have.
        case mobileNet(widths: [Int], blocks: [Int])
        /// Bottlenecks. He et al. 2016, with torchvision's stride in the 3 x 3 convolution.
        ///
        /// - `widths`: channels within the blocks of the four stages; maps have four times as many.
        /// - `blocks`: of each of the four stages.
        case resNet(widths: [Int], blocks: [Int])
    }

    /// The network below.
    public var body: Body
    /// Channels of the pyramid and the heads: a multiple of 4.
    public var channels: Int
    /// Sides of the square anchors of each map, pixels; as many numbers as there are anchors a cell.
    public var minSizes: [[Int]]

    /// Anchors of published detectors.
    public static let publishedSizes = [[16, 32], [64, 128], [256, 512]]

    /// A configuration.
    public init(_ body: Body, channels: Int, minSizes: [[Int]] = publishedSizes) {
        self.body = body
        self.channels = channels
        self.minSizes = minSizes
    }

    /// `mobilenet0.25_Final.pth`.
    public static let mobileNet025 = RetinaFaceConfiguration(
        .mobileNet(widths: [8, 16, 32, 64, 128, 256], blocks: [6, 2]), channels: 64)
    /// `Resnet50_Final.pth`.
    public static let r50 = RetinaFaceConfiguration(
        .resNet(widths: [64, 128, 256, 512], blocks: [3, 4, 6, 3]), channels: 256)

    /// Anchors a cell of each map.
    var anchors: [Int] { minSizes.map(\.count) }

    /// Channels of the three maps.
    var levels: [Int] {
        switch body {
        case .mobileNet(let widths, _): Array(widths.suffix(3))
        case .resNet(let widths, _): widths.suffix(3).map { 4 * $0 }
        }
    }

    /// Slope of the pyramid's leaky activations below 0; the reference leaks in small nets only.
    var slope: Double { channels <= 64 ? 0.1 : 0 }
}
