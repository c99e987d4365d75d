import Checkpoints
import Diffusion
import Faces
import Figures
import Foundation
import Layers
import Torch

/// Measures the written models on people that none of them was trained on.
public final class MiniatureEvaluation {
    /// Where pictures of those people are, or are made.
    let run: MiniatureRun
    /// The models' folder.
    let models: String
    /// Where networks compute.
    let device: Device
    /// How much is measured.
    let counts: Counts

    /// How much is measured.
    public struct Counts: Sendable {
        /// People whose pictures are all compared with one another.
        public var people = 500
        /// Pictures for reconstructions, and of each kind that sets are compared by.
        public var pictures = 500
        /// Scenes with several people.
        public var scenes = 300
        /// People whose captions put a question.
        public var askedPeople = 60
        /// Pairs of pictures whose points are matched.
        public var pairs = 200
        /// Denoising steps of a sample.
        public var steps = 30
        /// Guidance of samples.
        public var guidance = 3.0

        /// As the documented figures were made.
        public init() {}
    }

    /// An evaluation of a models' folder with a run's data.
    ///
    /// - Parameters:
    ///   - models: the folder that ``MiniatureStage/bundle`` writes.
    ///   - run: whose settings say what was held out.
    ///   - counts: how much is measured.
    public init(models: String, run: MiniatureRun, counts: Counts = .init()) {
        (self.models, self.run, self.counts) = (models, run, counts)
        device = run.device
    }

    /// Measures one part.
    ///
    /// - Throws: ``MiniatureError`` for models that are not there; what the networks throw.
    public func scores(_ part: MiniaturePart) throws -> PartScores {
        try noGrad {
            switch part {
            case .recognisers: try recognisers()
            case .autoencoder: try autoencoder()
            case .clip: try clip()
            case .detector: try detector()
            case .matching: try matching()
            case .samples: try samples()
            }
        }
    }

    /// Measures parts, and writes their files and a page of all into a folder.
    ///
    /// - Parameters:
    ///   - parts: what is measured.
    ///   - folder: made if it is missing.
    ///   - started: called before each part.
    /// - Returns: the figures of each part.
    /// - Throws: ``MiniatureError`` for models or a folder that are not there; what the networks
    ///   throw.
    public func write(
        _ parts: [MiniaturePart], to folder: String, started: (MiniaturePart) -> Void = { _ in }
    ) throws -> [String: [String: Double]] {
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw MiniatureError("\(folder): could not make it: \(error.localizedDescription).")
        }
        var report = Report(
            title: "The miniature models",
            summary: "Measured on people of the world that no model was trained on.")
        var figures: [String: [String: Double]] = [:]
        for part in parts {
            started(part)
            let scores = try scores(part)
            try scores.write(to: folder, part: part)
            report.add(heading: part.rawValue, scores.items(part))
            figures[part.rawValue] = scores.figures
            try report.write(to: "\(folder)/index.html")
        }
        return figures
    }

    // Parts of the models, each read when it is measured.

    /// Whether a part is there: a bundle may be of a run that is not complete.
    func has(_ name: String) -> Bool {
        FileManager.default.fileExists(atPath: "\(models)/\(name)")
    }

    func folder(_ name: String) throws -> String {
        let path = "\(models)/\(name)"
        guard has(name) else {
            throw MiniatureError(
                "\(path): expected one of the miniature models, found none; "
                    + "`likeness train miniature` makes them.")
        }
        return path
    }

    func vae() throws -> AutoencoderKL {
        try ModelFolder(folder("vae")).autoencoder(dtype: .float32, device: device).network
    }

    func vision() throws -> CLIPVision {
        try ModelFolder(folder("image_encoder")).clipVision(dtype: .float32, device: device).network
    }

    func textEncoder() throws -> CLIPText {
        try ModelFolder(folder("text_encoder")).clipText(dtype: .float32, device: device).network
    }

    func tokenizer() throws -> CLIPTokenizer { try CLIPTokenizer(folder: folder("tokenizer")) }

    func recogniser(_ name: String) throws -> FaceRecogniser {
        try FaceRecogniser(folder("recogniser_\(name)"), dtype: .float32, device: device)
    }

    /// Calls a closure with ranges that cover `0..<count`.
    func batches<Result>(of count: Int, size: Int = 64, _ body: (Range<Int>) throws -> Result)
        rethrows -> [Result]
    {
        try stride(from: 0, to: count, by: size).map { try body($0..<min($0 + size, count)) }
    }
}
