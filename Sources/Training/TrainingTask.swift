import Images
import Layers
import Torch

/// What is trained: parameters, batches, and what to minimise.
///
/// A task keeps no state that matters beside its store: what a step does follows from the weights,
/// the batch and the ``TrainingStep`` alone. That is what makes a resumed run equal.
public protocol TrainingTask<Batch>: AnyObject {
    /// What a step learns from.
    associatedtype Batch: Sendable

    /// All parameters; those that train require gradients.
    var store: ParameterStore { get }
    /// Makes the batches.
    var batches: any BatchSource<Batch> { get }

    /// The loss of one batch, with a graph.
    func losses(_ batch: Batch, _ step: TrainingStep) throws -> LossTerms
    /// Pictures that show what has been learned, named for files.
    func pictures(_ step: TrainingStep) throws -> [(name: String, image: Image)]
    /// Figures on held-out data.
    func evaluate(_ step: TrainingStep) throws -> [String: Double]
}

extension TrainingTask {
    /// None.
    public func pictures(_ step: TrainingStep) throws -> [(name: String, image: Image)] { [] }
    /// None.
    public func evaluate(_ step: TrainingStep) throws -> [String: Double] { [:] }
}

/// Where in a run a task is asked for something, with the randomness of that place.
public struct TrainingStep {
    /// Steps done before this one.
    public let number: Int
    /// Which of a step's accumulated batches this is.
    public let part: Int
    /// Where tensors go.
    public let device: Device
    private let seeds: StepSeed

    /// A place in a run.
    public init(_ number: Int, part: Int = 0, seed: UInt64, device: Device) {
        (self.number, self.part, self.device) = (number, part, device)
        seeds = StepSeed(seed)
    }

    /// A generator on the CPU for one purpose; the same place gives the same numbers.
    public func generator(_ purpose: String) throws -> Generator {
        try Generator(seed: seeds("\(purpose)/\(part)", number))
    }

    /// Numbers for choices, likewise.
    public func random(_ purpose: String) -> StepRandom {
        StepRandom(seed: seeds("\(purpose)/\(part)", number))
    }
}
