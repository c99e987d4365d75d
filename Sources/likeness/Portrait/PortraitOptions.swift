import ArgumentParser
import Diffusion
import Foundation
import ICPortrait
import Torch

/// What every command takes that makes portraits.
struct PortraitOptions: ParsableArguments {
    @Option(help: "A base's folder as diffusers saves it, with an image_encoder; or: miniature.")
    var model = "miniature"

    @Option(help: "The folder with IC-Portrait's matching and appearance nets; the model's own.")
    var nets: String?

    @Option(help: "A RetinaFace, as a folder or a weight file; the model's own.")
    var detector: String?

    @Option(help: "An ArcFace recogniser that ranks --seeds; the model's own.")
    var recogniser: String?

    @Option(help: "Where noise and mask start; a random one if not given, and said.")
    var seed: UInt64?

    @Option(help: "Denoising steps of the whole schedule.")
    var steps: Int?

    @Option(help: "Guidance against a prompt of zeros; 1 is off and twice as fast.")
    var cfgScale: Double?

    @Option(help: "Share of the reference's cells that is seen, 0 to 1: more light, less likeness.")
    var keepRatio: Double?

    @Option(
        parsing: .upToNextOption,
        help: "How far each round goes back into noise, 0 to 1; one number a round.")
    var strength: [Double] = []

    @Option(help: "A setting of the method, such as blend.alpha=0.6; repeat for more.")
    var set: [String] = []

    @Option(help: "\(SchedulerKind.allCases.map(\.rawValue).joined(separator: ", ")).")
    var scheduler = SchedulerKind.ddim

    @Option(help: ComputeType.help)
    var dtype: ComputeType?

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Option(help: "Refuse before loading what would take more: 6GB, 800MiB. An estimate.")
    var maxMemory: ByteCount?

    /// What the networks compute in.
    var computeType: ComputeType { dtype ?? .usual(on: device) }

    /// Everything, loaded, with these settings.
    func tools() throws -> PortraitTools {
        if let maxMemory { try check(maxMemory) }
        var tools = try PortraitTools(
            model: model, nets: nets, detector: detector, recogniser: recogniser,
            dtype: computeType.dtype, device: device)
        tools.model.settings = try settings(tools.model.settings)
        return tools
    }

    private func check(_ maxMemory: ByteCount) throws {
        let folder = try DiffusersFolder(ShippedModel.folder(model))
        let settings = try settings(PortraitModel.settings(of: folder, nets: nets))
        try PortraitModel.memoryNeed(
            folder, nets: nets, isGuided: settings.identity.weight > 0, dtype: computeType.dtype
        ).check(
            maxMemory,
            advice: computeType == .fp32
                ? "--dtype bf16 halves both" : "a base of fewer pixels takes less")
    }

    private func settings(_ own: ICPortraitSettings) throws -> ICPortraitSettings {
        var settings = try set.reduce(own) { try $0.setting($1) }
        if let steps { settings.steps = steps }
        if let cfgScale { settings.guidance = cfgScale }
        if let keepRatio { settings.keepRatio = keepRatio }
        if !strength.isEmpty { settings.strengths = strength }
        try settings.check()
        return settings
    }
}
