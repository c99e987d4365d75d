import Diffusion
import Evaluation
import Faces
import Foundation
import ICPortrait
import Images
import Torch
import Training
import World

/// IC-Portrait's Table 1 in the world: some people put into others' pictures, each with its answer.
public final class PortraitStudy {
    /// How much is made.
    public struct Counts: Sendable {
        /// People whose portraits are made; the paper has 11.
        public var people = 11
        /// Pictures that each is put into; the paper has 40.
        public var references = 40
        /// Seeds of each portrait; more tell how far chance goes.
        public var seeds = 1

        /// The paper's.
        public init() {}
    }

    /// What makes the portraits.
    public var model: PortraitModel
    /// Rounds and guidance of the baselines that edit the reference by a UNet alone.
    public var editSettings: ICPortraitSettings
    /// The models' folder.
    let models: String
    /// What others make theirs with.
    private(set) lazy var baselines = PortraitBaselines(run, self, progress: trainingProgress)
    private let run: MiniatureRun
    private let trainingProgress: (String, TrainingProgress) -> Void
    /// How much is made.
    public let counts: Counts
    let data: PortraitData
    let detector: FaceDetector
    /// Recogniser A, which conditions and chooses.
    let recogniserA: FaceRecogniser
    /// Recogniser B, which only ever judges.
    let recogniserB: FaceRecogniser
    private let studio: Studio
    private var sitters: [Int: Sitter] = [:]
    private var heads: [Int: HeadView] = [:]

    /// A study of a models' folder with a run's held-out people.
    ///
    /// - Parameters:
    ///   - models: what the stage ``MiniatureStage/bundle`` writes.
    ///   - nets: a folder with `matching` and `appearance`; the models' own if nil.
    ///   - run: whose settings say who was held out.
    ///   - counts: how much is made.
    ///   - dtype: of what makes portraits; judges have float32.
    ///   - progress: called while a baseline is trained, after each logged step.
    /// - Throws: ``MiniatureError`` for models that are not there; what the networks throw.
    public init(
        models: String, nets: String? = nil, run: MiniatureRun, counts: Counts,
        dtype: DType = .float32,
        progress: @escaping (String, TrainingProgress) -> Void = { _, _ in }
    ) throws {
        (self.models, self.run, trainingProgress) = (models, run, progress)
        for part in ["detector", "recogniser_a", "recogniser_b"]
        where !FileManager.default.fileExists(atPath: "\(models)/\(part)") {
            throw MiniatureError(
                "\(models)/\(part): expected one of the miniature models, found none; "
                    + "`likeness train miniature` makes them.")
        }
        model = try PortraitModel(
            DiffusersFolder(models), nets: nets, dtype: dtype, device: run.device)
        editSettings = model.settings
        data = try run.heldOutData()
        detector = try FaceDetector(
            "\(models)/detector", dtype: .float32, device: run.device)
        (recogniserA, recogniserB) = try (
            FaceRecogniser("\(models)/recogniser_a", dtype: .float32, device: run.device),
            FaceRecogniser("\(models)/recogniser_b", dtype: .float32, device: run.device)
        )
        model.recogniser =
            try dtype == .float32
            ? recogniserA
            : FaceRecogniser("\(models)/recogniser_a", dtype: dtype, device: run.device)
        self.counts = counts
        studio = try Studio()
        guard counts.people + counts.references <= data.people else {
            throw MiniatureError(
                "expected at most \(data.people) held-out people, whose portraits are made or who "
                    + "are references, found \(counts.people) and \(counts.references).")
        }
    }

    /// Portraits in all.
    public var caseCount: Int { counts.people * counts.references }

    /// The n-th portrait of the study; the same number is the same portrait in every study of as many
    /// people and references.
    ///
    /// - Parameters:
    ///   - number: below ``caseCount``.
    ///   - light: in which reference and key are rendered anew; the reference's own if nil.
    /// - Returns: what it is made from, and its answer.
    /// - Throws: `RenderError`, `ImageError`, `FaceError`, `TorchError`.
    func item(_ number: Int, in light: LightPreset? = nil) throws -> PortraitCase {
        let (person, reference) = (number / counts.references, number % counts.references)
        let views = data.views
        // People from the beginning, references from behind them, each in another view.
        let shown = (counts.people + reference) * views + (reference * 3) % views
        var look = data.look(shown)
        var target = try head(shown)
        if let light {
            look.light.preset = light
            target = try HeadView(
                studio.portrait(of: sitter(shown / views), look, size: data.side))
        }
        let profiles = try heads(of: person)
        let choice = try ProfileChoice(profiles, for: target)
        let sitter = try sitter(person)
        let key = try studio.portrait(of: sitter, look, size: data.side)
        let cells = data.side / model.encoder.autoencoder.configuration.downFactor
        let (from, to) = try (
            studio.portrait(of: sitter, look, size: cells, quality: .geometry),
            studio.portrait(
                of: sitter, data.look(person * views + choice.index), size: cells,
                quality: .geometry)
        )
        let match = try studio.correspondence(from: from, to: to)
        let flow = match.flow.map(\.x) + match.flow.map(\.y)
        let seen: [Float] = match.flow.indices.map { match.isVisible($0) ? 1 : 0 }
        let device = model.encoder.device
        return PortraitCase(
            person: person, reference: reference, profile: profiles[choice.index],
            photos: profiles, target: target, key: try AnswerKey(key),
            match: PortraitMatch(
                flow: DenseFlow(
                    cells: try Tensor(flow, shape: [1, 2, cells, cells], device: device)),
                confidence: try Tensor(seen, shape: [1, 1, cells, cells], device: device)))
    }

    /// Embeddings of all profile photos of a person, `[V, D]`.
    func profiles(_ person: Int, by recogniser: FaceRecogniser) throws -> Tensor {
        let indices = (0..<data.views).map { person * data.views + $0 }
        let size = recogniser.network.configuration.inputSize
        return try noGrad { try recogniser(alignedFaces(data, indices, size: size)) }
    }

    /// The profile photos of a person.
    func heads(of person: Int) throws -> [HeadView] {
        try (0..<data.views).map { try head(person * data.views + $0) }
    }

    private func head(_ index: Int) throws -> HeadView {
        if let known = heads[index] { return known }
        let made = try HeadView(data, index)
        heads[index] = made
        return made
    }

    private func sitter(_ person: Int) throws -> Sitter {
        if let known = sitters[person] { return known }
        let made = try studio.sitter(
            data.person(person * data.views), detail: .init(size: data.side))
        sitters[person] = made
        return made
    }
}
