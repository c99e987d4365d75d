import Checkpoints
import Diffusion
import Faces
import Foundation
import ICPortrait
import Images
import Layers
import Miniature
import Torch
import Training
import World

/// An error on its way out of the program: one sentence and an exit code. The codes are listed in
/// `likeness --help`.
struct Failure: Encodable {
    let error: String
    let code: Int32

    static let failed: Int32 = 1
    static let badInput: Int32 = 2
    static let badOutput: Int32 = 3
    static let unavailable: Int32 = 4
    static let outOfMemory: Int32 = 5
    static let interrupted: Int32 = 130

    init(_ error: any Error) {
        switch error {
        case let error as CommandError:
            (self.error, code) = (error.sentence, error.code)
        case let error as TorchError:
            self.error = error.description
            code =
                switch error.kind {
                case .outOfMemory: Failure.outOfMemory
                case .unavailable: Failure.unavailable
                case .failed: Failure.failed
                }
        case let error as CheckpointError:
            self.error = error.description
            if case .cannotWrite = error.problem {
                code = Failure.badOutput
            } else {
                code = Failure.badInput
            }
        case let error as ParameterError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as ImageError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as FaceError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as DiffusionError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as ShardError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as TrainingError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as AdapterError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as MiniatureError:
            (self.error, code) = (error.description, Failure.badInput)
        case let error as ICPortraitError:
            (self.error, code) = (error.description, Failure.badInput)
        case is CancellationError:
            (self.error, code) = (
                "interrupted; nothing is lost, the same command goes on", Failure.interrupted
            )
        default:
            (self.error, code) = ("\(error)", Failure.failed)
        }
    }
}

/// A failure that a command itself finds.
struct CommandError: Error {
    let sentence: String
    let code: Int32

    init(_ sentence: String, code: Int32 = Failure.failed) {
        (self.sentence, self.code) = (sentence, code)
    }
}
