import CTorch

/// A failure inside libtorch, or of a call that never reached it.
///
/// ``description`` reads `aten::add.Tensor([2, 3] float32, [4] float32): The size of tensor a (3)
/// must match the size of tensor b (4) at non-singleton dimension 1`.
public struct TorchError: Error, Hashable, Sendable {
    /// What went wrong, as far as a caller may want to act on it.
    public enum Kind: Hashable, Sendable {
        case failed
        /// The device has no memory left; a smaller batch or picture may work.
        case outOfMemory
        /// This libtorch has no such operator, or not for this device.
        case unavailable
    }

    /// What went wrong.
    public let kind: Kind
    /// The operator with its overload, or what was being done.
    public let operation: String
    /// Each argument in words: shape and dtype of tensors, the value of anything else.
    public let arguments: [String]
    /// libtorch's own sentence, without its C++ backtrace.
    public let message: String

    /// Builds an error; `message` should say what was expected and what was found.
    public init(
        _ kind: Kind = .failed, operation: String, arguments: [String] = [], message: String
    ) {
        self.kind = kind
        self.operation = operation
        self.arguments = arguments
        self.message = message
    }

    /// The error that the shim recorded in this thread.
    init(status: ct_status, operation: String, arguments: [String] = []) {
        let text = String(cString: ct_last_error())
        self.init(
            status == CT_OUT_OF_MEMORY
                ? .outOfMemory : text.hasPrefix("Could not run") ? .unavailable : .failed,
            operation: operation, arguments: arguments, message: TorchError.sentence(of: text))
    }

    /// libtorch appends lists of backends and hints for Python to some messages: cut there. Its
    /// internal checks begin with a place in its sources: cut that too.
    private static func sentence(of text: String) -> String {
        var sentence = text.prefix { $0 != "\n" }
        if let place = sentence.firstRange(of: ", please report a bug to PyTorch. ") {
            sentence = sentence[place.upperBound...]
        }
        if let hint = sentence.firstRange(of: " This could be because the operator") {
            sentence = sentence[..<hint.lowerBound]
        }
        return sentence.hasSuffix(".") ? String(sentence.dropLast()) : String(sentence)
    }
}

extension TorchError: CustomStringConvertible {
    /// One line: operation, arguments, libtorch's sentence.
    public var description: String {
        let call =
            arguments.isEmpty
            ? operation : "\(operation)(\(arguments.joined(separator: ", ")))"
        return "\(call): \(message)"
    }
}

/// Throws what the shim recorded if `status` is not `CT_OK`.
@inline(__always)
func check(_ status: ct_status, _ operation: @autoclosure () -> String) throws {
    if status != CT_OK { throw TorchError(status: status, operation: operation()) }
}
