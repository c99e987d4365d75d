import ArgumentParser
import Checkpoints
import Diffusion
import Foundation
import Images
import Torch

/// `likeness image`: a picture from text, from a picture, or into a mask.
struct MakeImage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Make a picture with an SD1.5 or SDXL checkpoint.",
        discussion: """
            The same model, seed and flags give the same picture as diffusers in Python, in fp32 to \
            the last grey level or so, but for dpm++sde, which draws its noise otherwise. What was \
            asked for is written into the picture, as A1111 does (parameters) and as JSON (likeness).
            """)

    @Option(
        help: ArgumentHelp(
            "A folder as diffusers saves it, a checkpoint in a single file, or: miniature.",
            discussion: "Or a name that `likeness model list` shows; so for other models."))
    var model: String

    @Option(help: "The autoencoder for a --model in a single file: a file or a folder.")
    var vae: String?

    @Option(
        help: "Another UNet of the model's family, such as SDXL-Lightning's: a file or a folder.")
    var unet: String?

    @Option(
        help: ArgumentHelp(
            "A folder with CLIP's vocabulary, for a --model in a single file.",
            discussion: "From Hugging Face's cache if not given."))
    var tokenizer: String?

    @Option(name: [.customShort("p"), .long], help: "What to show.")
    var prompt: String = ""

    @Option(name: [.customShort("n"), .long], help: "What to keep away from.")
    var negativePrompt: String?

    @Flag(help: "Take prompts as they stand: no (weights:1.2), no BREAK, 77 tokens.")
    var plainPrompt = false

    @Option(help: "The text encoder's layer from the end, as A1111 counts: 1 is the usual one.")
    var clipSkip = 1

    @Option(name: .shortAndLong, help: "The picture to write; NAME-1, NAME-2 ... of a batch.")
    var output: String

    @Option(name: [.customShort("W"), .long], help: "Pixels, a multiple of 8.")
    var width: Int?

    @Option(name: [.customShort("H"), .long], help: "Pixels, a multiple of 8.")
    var height: Int?

    @Option(help: "Denoising steps.")
    var steps = 30

    @Option(
        help:
            "Guidance: 1 and less is off and twice as fast. 7.5, 5 for SDXL or 3 for the miniature model, if not given."
    )
    var cfgScale: Double?

    @Option(help: "Share of guidance that is rescaled, 0 to 1.")
    var guidanceRescale = 0.0

    @Option(help: "Where the noise starts; a random one if not given, and said.")
    var seed: UInt64?

    @Option(
        help: ArgumentHelp(
            "Whose random numbers: torch (diffusers on a CPU) or cuda (A1111's web UI).",
            discussion: "Both are made on the CPU, the same everywhere."))
    var rng: NoiseKind = .torch

    @Option(help: "Pictures to make at once.")
    var batch = 1

    @Option(
        help:
            "\(SchedulerKind.allCases.map(\.rawValue).joined(separator: ", ")); the checkpoint's own if not given."
    )
    var scheduler: SchedulerKind?

    @Option(
        help: ArgumentHelp(
            "Spread of the noise levels: \(SigmaSpread.allCases.map(\.rawValue).joined(separator: ", ")).",
            discussion: "As the checkpoint says if not given."))
    var sigmas: SigmaSpread?

    @Option(
        help: ArgumentHelp(
            "Spread of the timesteps: \(TimestepSpacing.allCases.map(\.rawValue).joined(separator: ", ")).",
            discussion: "trailing for SDXL-Lightning; as the checkpoint says if not given."))
    var spacing: TimestepSpacing?

    @Option(help: "DDIM and TCD: share of fresh noise, 0 to 1.")
    var eta = 0.0

    @Option(help: "Start from this picture.")
    var initImage: String?

    @Option(help: "White where --init-image may change.")
    var mask: String?

    @Option(help: "Share of the steps done on --init-image, 0 to 1; 0.8, or 1 with --mask.")
    var strength: Double?

    @Option(help: "A ControlNet's folder or file and its picture: PATH=IMAGE; repeat for more.")
    var control: [String] = []

    @Option(help: "Strength of a --control, in their order; 1 if not given.")
    var controlScale: [Double] = []

    @Flag(help: "ControlNets lead, without need of a prompt.")
    var guessMode = false

    @Option(help: "A file of low-rank adapters (LoRA) to add to the model; repeat for more.")
    var lora: [String] = []

    @Option(help: "Strength of a --lora, in their order; 1 if not given.")
    var loraScale: [Double] = []

    @Option(
        help: ArgumentHelp(
            "A file of a taught word (textual inversion), FILE or FILE=WORD; repeat for more.",
            discussion: "Without WORD the one in the file, or the file's name."))
    var embedding: [String] = []

    @Option(help: "An IP-Adapter's file and its picture: FILE=IMAGE; repeat for more.")
    var ipAdapter: [String] = []

    @Option(help: "Strength of an --ip-adapter, in their order; 1 if not given.")
    var ipAdapterScale: [Double] = []

    @Option(
        help: "This picture's CLIP embedding is the whole condition, in place of a prompt.")
    var imageToken: String?

    @Option(help: "CLIP's image encoder for --ip-adapter: a folder, as transformers saves it.")
    var imageEncoder: String?

    @Option(help: "SDXL: WIDTHxHEIGHT that the model believes the picture had.")
    var originalSize: Pair?

    @Option(help: "SDXL: X,Y that the model believes was cropped.")
    var crop: Pair?

    @Option(help: "SDXL: WIDTHxHEIGHT that the model believes it makes.")
    var targetSize: Pair?

    @Flag(help: "Decode one picture of a batch at a time.")
    var vaeSlicing = false

    @Flag(help: "Decode in overlapping tiles: constant memory, faint seams.")
    var vaeTiling = false

    @Option(
        help: ArgumentHelp(
            "Refuse before loading what would take more: 6GB, 800MiB.",
            discussion: "An estimate, without --control and --ip-adapter."))
    var maxMemory: ByteCount?

    @Option(help: "Stop before this step, from 0, and write --save-state.")
    var stopBefore: Int?

    @Option(help: "Where the state of a stopped run goes: a safetensors file.")
    var saveState: String?

    @Option(help: "Go on from a state, with otherwise the same flags; the bytes are the same.")
    var resume: String?

    @Option(help: ComputeType.help)
    var dtype: ComputeType?

    @Option(help: "Take weights of this variant, such as fp16; of a single file, ema.")
    var variant: String?

    @Option(help: "cpu, cuda, cuda:N or mps.", transform: Device.init(parsing:))
    var device: Device = .cpu

    @Flag(help: "Replace existing output files.")
    var force = false

    @OptionGroup var reporting: Reporting

    /// What the networks compute in.
    var computeType: ComputeType { dtype ?? .usual(on: device) }

    func run() throws {
        try reporting.run {
            let paths = Output.numbered(output, count: min(batch, 64))
            for path in paths { try Output.check(path, force: force) }
            let format = try OutputFormat(path: output)
            let clock = ContinuousClock()
            let start = clock.now
            let loaded = try loadModel()
            // Every step asks for the same sizes.
            LibTorch.keepFreedMemory()
            for (index, path) in lora.enumerated() {
                try loaded.merge(
                    adapters: StoredModels.path(path, for: "--lora"),
                    strength: index < loraScale.count ? loraScale[index] : 1)
            }
            for text in embedding { try loaded.add(taughtWord(text)) }
            let request = try request(for: loaded)
            for note in loaded.notes { reporting.remark(note) }
            for text in plainPrompt ? [prompt, negativePrompt ?? ""] : [] {
                if let cut = try loaded.unseenText(of: text) {
                    reporting.remark("the text encoder reads 77 tokens; not seen: \(cut)")
                }
            }
            let run = try loaded.denoising(request)
            let loadSeconds = (clock.now - start).seconds
            try loaded.releaseEncoders()
            if let resume {
                try run.restore(openCheckpoint(resume).tensors())
            }
            let seconds = try clock.measure { try denoise(run) }.seconds
            if let saveState, run.index < run.endIndex {
                try SafetensorsWriter.write(run.state(), to: saveState)
                return try reporting.result(
                    Stopped(state: saveState, nextStep: run.index),
                    text: "\(saveState): stopped before step \(run.index) of \(run.endIndex)")
            }
            try loaded.releaseUNet()
            var images: [Image] = []
            let decodeSeconds = try clock.measure { images = try run.images() }.seconds
            let codec = try VipsCodec()
            let record = ImageRecord(self, request, loaded, images)
            let carried = try initImage.map {
                try TextMetadata.carried(from: Input.bytes(of: $0, limit: codec.limits.bytes))
            }
            let words = try record.metadata().adding(carried ?? [], for: format.format)
            for (path, image) in zip(paths, images) {
                try AtomicFile.write(
                    codec.encode(image, as: format, text: words), to: path)
            }
            let report = Report(
                outputs: paths, seed: request.seed, evaluations: run.endIndex - run.firstIndex,
                loadSeconds: loadSeconds,
                denoisingSeconds: seconds, decodeSeconds: decodeSeconds,
                peakMemoryBytes: ProcessMemory.peak)
            try reporting.result(
                report,
                text: paths.joined(separator: ", ")
                    + String(
                        format: ": seed %llu, loaded in %.1f s, %.1f s denoising, %.1f s decoding",
                        request.seed, loadSeconds, seconds, decodeSeconds))
        }
    }

    private func denoise(_ run: Denoising) throws {
        let total = run.endIndex - run.firstIndex
        while run.index < stopBefore ?? .max, let step = run.next() {
            let step = try step.get()
            reporting.progress(step.index + 1 - run.firstIndex, of: total, "step")
        }
    }

    func validate() throws {
        for (name, pictures, scales) in [
            ("control", control.count, controlScale.count),
            ("ip-adapter", ipAdapter.count, ipAdapterScale.count),
            ("lora", lora.count, loraScale.count),
        ] where scales > pictures {
            throw ValidationError(
                "--\(name)-scale: expected at most one for each --\(name), so \(pictures), found "
                    + "\(scales)")
        }
        guard (stopBefore == nil) == (saveState == nil) else {
            throw ValidationError("--stop-before and --save-state go together.")
        }
    }

    struct Stopped: Encodable {
        let state: String
        let nextStep: Int
    }

    struct Report: Encodable {
        let outputs: [String]
        let seed: UInt64
        /// Runs of the denoising network, each with and without the prompt where guidance is on.
        let evaluations: Int
        let loadSeconds: Double
        let denoisingSeconds: Double
        let decodeSeconds: Double
        let peakMemoryBytes: Int
    }
}
