import Checkpoints
import Foundation
import Images
import Layers
import Torch

/// Trains one task in one run folder.
///
/// ```swift
/// let trainer = try Trainer(task, settings, in: run)
/// try trainer.run { print($0.line) }
/// ```
///
/// Each step: batches from the loader, losses, gradients, clipping, the optimizer, the average.
/// Stopped and resumed at any step, a run on the CPU ends at the same bits as one that was not.
public final class Trainer<Task: TrainingTask> {
    /// What is trained.
    public let task: Task
    /// How.
    public let settings: TrainingSettings
    /// Where it is written down.
    public let folder: RunFolder
    /// Steps done.
    public private(set) var step = 0
    /// The averaged weights, if the settings want them.
    public let average: WeightAverage?
    private let optimizer: Optimizer
    private let device: Device
    private let precision: MixedPrecision
    private let log: MetricsLog
    private let board: TensorBoardLog
    private let page: RunPage
    private let peak: Double
    private var stepFlops: Double?
    private var lastRate = 0.0
    private var pace = Pace()

    /// A trainer that stands where the folder's newest whole checkpoint is.
    ///
    /// - Parameters:
    ///   - task: its store is moved to the device.
    ///   - settings: checked here.
    ///   - folder: the run's.
    ///   - device: where to train.
    ///   - remark: called with a sentence on what a user should know: damaged checkpoints, another
    ///     configuration than the saved one.
    /// - Throws: ``TrainingError``, `CheckpointError`, `TorchError`.
    public init(
        _ task: Task, _ settings: TrainingSettings, in folder: RunFolder, device: Device = .cpu,
        remark: (String) -> Void = { _ in }
    ) throws {
        try settings.check()
        (self.task, self.settings, self.folder, self.device) = (task, settings, folder, device)
        LibTorch.keepFreedMemory()
        try task.store.move(to: device)
        try task.store.layOut(.channelsLast)
        optimizer = try Optimizer(task.store, settings.optimizer)
        average =
            settings.averageDecay > 0
            ? try WeightAverage(task.store, decay: settings.averageDecay) : nil
        precision =
            settings.precision == .bf16
            ? MixedPrecision(.bfloat16, device: device.kind) : .disabled
        peak = try MatrixPeak.measure(
            dtype: settings.precision == .bf16 ? .bfloat16 : .float32, device: device)
        let found = folder.checkpoints.latest(damaged: remark)
        let start = found?.state.step ?? 0
        log = try MetricsLog("\(folder.path)/metrics.jsonl", upTo: start)
        board = try TensorBoardLog(
            folder: folder.path, from: start, time: Date().timeIntervalSince1970)
        page = RunPage(folder)
        if let found { try restore(found, remark) }
    }

    /// Trains to the end of the run.
    ///
    /// - Parameters:
    ///   - progress: called after each logged step.
    ///   - shouldStop: asked after every step; when it says yes, the step is saved.
    /// - Returns: whether the run is complete.
    /// - Throws: ``TrainingError`` when the loss is no longer a number; what the task throws.
    @discardableResult
    public func run(
        progress: (TrainingProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws -> Bool {
        guard step < settings.steps else { return true }
        let loader = Loader(task.batches, from: step * settings.accumulation, settings)
        defer { loader.finish() }
        while step < settings.steps {
            let clock = ContinuousClock.now
            let (losses, norm) = try takeStep(loader)
            step += 1
            let isLast = step == settings.steps
            if isDue(settings.logEvery) || isLast || step == 1 {
                let values = try logged(losses, norm)
                pace.add((ContinuousClock.now - clock) / .seconds(1))
                try write(values, progress)
            } else {
                pace.add((ContinuousClock.now - clock) / .seconds(1))
            }
            try look(isLast)
            let stops = !isLast && shouldStop()
            if isDue(settings.saveEvery) || isLast || stops { try save(losses) }
            if stops { return false }
        }
        return true
    }

    private func isDue(_ interval: Int) -> Bool { interval > 0 && step % interval == 0 }

    private func takeStep(_ loader: Loader<Task.Batch>) throws -> (LossTerms, Tensor) {
        try task.store.clearGradients()
        var last = LossTerms()
        for part in 0..<settings.accumulation {
            let batch = try loader.next()
            let place = self.place(part: part)
            let (losses, flops) = try FlopCount.measure {
                try precision { try task.losses(batch, place) }
            }
            stepFlops = 3 * flops * Double(settings.accumulation)
            let total = try losses.total()
            try (settings.accumulation > 1 ? total / Double(settings.accumulation) : total)
                .backward()
            last = losses
        }
        let norm = try optimizer.clipGradients(to: settings.optimizer.maxGradNorm)
        lastRate = rate(at: step)
        try optimizer.step(rate: lastRate)
        try average?.update(step: step + 1)
        return (last, norm)
    }

    private func place(part: Int = 0) -> TrainingStep {
        TrainingStep(step, part: part, seed: settings.seed, device: device)
    }

    /// The schedule's rate; after a start from weights alone it rises again, for the moments are new.
    private func rate(at step: Int) -> Double {
        let warmup = settings.optimizer.warmupSteps
        let share = settings.schedule.share(at: step)
        let risen =
            optimizer.stepCount < warmup ? Double(optimizer.stepCount) / Double(warmup) : 1
        return settings.optimizer.learningRate * min(share, max(risen, 0))
    }

    private func logged(_ losses: LossTerms, _ norm: Tensor) throws -> [String: Double] {
        var values = try losses.numbers()
        values["grad_norm"] = try norm.item()
        values["learning_rate"] = lastRate
        try check(values["loss"] ?? 0)
        return values
    }

    private func check(_ loss: Double) throws {
        guard !loss.isFinite else { return }
        throw TrainingError(
            "\(folder.path): the loss is \(loss) at step \(step); the newest checkpoint is of step "
                + "\(folder.checkpoints.steps.last ?? 0). A lower learning rate or a longer warm-up "
                + "may help.")
    }

    private func write(_ values: [String: Double], _ progress: (TrainingProgress) -> Void) throws {
        let speed = pace.stepsPerSecond()
        let samples = speed * Double(settings.batchSize * settings.accumulation)
        var all = values
        all["samples_per_second"] = samples
        let share = stepFlops.map { $0 * speed / peak }
        all["peak_share"] = share
        try log.append(.init(step: step, values: all))
        try board.scalars(all, step: step, time: Date().timeIntervalSince1970)
        progress(
            TrainingProgress(
                step: step, steps: settings.steps, loss: values["loss"] ?? .nan,
                samplesPerSecond: samples, peakShare: share,
                secondsLeft: speed > 0 ? Double(settings.steps - step) / speed : .infinity))
    }

    /// Sample pictures and held-out figures, with the averaged weights if there are any.
    private func look(_ isLast: Bool) throws {
        let samples = settings.sampleEvery > 0 && (isDue(settings.sampleEvery) || isLast)
        let evaluates = settings.evaluateEvery > 0 && (isDue(settings.evaluateEvery) || isLast)
        guard samples || evaluates else { return }
        try withAverage {
            try noGrad {
                if evaluates {
                    let figures = try task.evaluate(place())
                    if !figures.isEmpty {
                        try log.append(.init(step: step, values: figures))
                        try board.scalars(
                            figures, step: step, time: Date().timeIntervalSince1970)
                    }
                }
                if samples { try keep(task.pictures(place())) }
            }
        }
        try page.write(log.lines, steps: settings.steps)
    }

    private func keep(_ pictures: [(name: String, image: Image)]) throws {
        let codec = try VipsCodec()
        let digits = String(step)
        let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        for (name, image) in pictures {
            let bytes = try codec.encode(image, as: .png())
            try AtomicFile.write(bytes, to: "\(folder.path)/samples/\(number)-\(name).png")
            try board.picture(
                name, bytes, width: image.width, height: image.height, step: step,
                time: Date().timeIntervalSince1970)
        }
    }

    /// Calls `body` with the averaged weights in the layers, if there are any.
    public func withAverage<Result>(_ body: () throws -> Result) throws -> Result {
        try average?.within(body) ?? body()
    }

    private func save(_ losses: LossTerms) throws {
        try check(losses.total().item())
        var files = [
            "model.safetensors": Dictionary(
                task.store.entries.map { ($0.name, $0.tensor) }, uniquingKeysWith: { a, _ in a }),
            "optimizer.safetensors": try optimizer.state(),
        ]
        if let average { files["average.safetensors"] = average.state }
        try folder.checkpoints.save(
            step: step, configuration: folder.configurationHash, files: files)
        try page.write(log.lines, steps: settings.steps)
    }

    private func restore(_ found: CheckpointFolder.Found, _ remark: (String) -> Void) throws {
        if found.state.configuration != folder.configurationHash {
            remark(
                "the configuration has changed since step \(found.state.step); the run goes on by "
                    + "the new one")
        }
        let read = { (name: String) in try openCheckpoint("\(found.path)/\(name)").tensors() }
        step = found.state.step
        let model = try read("model.safetensors")
        guard found.state.files["optimizer.safetensors"] != nil else {
            try restore(weights: model, remark)
            return
        }
        try task.store.load(from: model)
        try optimizer.restore(try read("optimizer.safetensors"))
        if let average { try average.restore(try read("average.safetensors")) }
    }

    /// Goes on from weights alone, as a published model has them: moments are new, the average starts
    /// from them, and parameters that only training needs stay as they were drawn.
    private func restore(weights: [String: Tensor], _ remark: (String) -> Void) throws {
        var all = weights
        let missing = task.store.entries.filter { weights[$0.name] == nil }
        for entry in missing { all[entry.name] = entry.tensor }
        try task.store.load(from: all)
        try average?.restore(all)
        remark(
            "\(folder.path) goes on from weights of step \(step) alone: the optimizer starts anew"
                + (missing.isEmpty
                    ? "" : ", and so do \(missing.count) parameters that only training needs"))
    }
}

/// The loader of a task whose source is only known by protocol.
private struct Loader<Batch: Sendable> {
    private let loader: BatchLoader<Batch>

    init(_ source: any BatchSource<Batch>, from step: Int, _ settings: TrainingSettings) {
        func open(_ source: some BatchSource<Batch>) -> BatchLoader<Batch> {
            BatchLoader(
                source, from: step, threads: settings.loaderThreads, prefetch: settings.prefetch)
        }
        loader = open(source)
    }

    func next() throws -> Batch { try loader.next() }
    func finish() { loader.finish() }
}
