import CTorch

/// One of libtorch's operators, called by name through its dispatcher.
///
/// Every operator of libtorch is one line of Swift:
///
/// ```swift
/// extension Tensor {
///     public func cumulativeSum(along dim: Int) throws -> Tensor { try Operator.cumsum(self, dim) }
/// }
/// extension Operator { static let cumsum = Operator("aten::cumsum") }
/// ```
///
/// Arguments follow the operator's schema (`native_functions.yaml`) in order; those left out at the
/// end take its defaults. `nil` stands for `None`.
public struct Operator: @unchecked Sendable {
    /// The qualified name with its overload: `aten::add.Tensor`.
    public let name: String
    /// Null where this libtorch has no such operator. Lives as long as the process.
    private let handle: OpaquePointer?

    /// More results than any operator that Likeness calls gives back.
    private static let capacity = 8

    /// Looks the operator up; a missing one is reported when it is called.
    public init(_ name: String, _ overload: String = "") {
        self.name = overload.isEmpty ? name : "\(name).\(overload)"
        handle = ct_operator_find(name, overload)
    }

    /// Whether this libtorch has the operator.
    public var isAvailable: Bool { handle != nil }

    /// Calls an operator that gives one tensor.
    @discardableResult
    public func callAsFunction(_ arguments: any OperatorArgument...) throws -> Tensor {
        try call(arguments) { results in
            guard results.count == 1, results[0].tag == CT_TENSOR, let handle = results[0].tensor
            else {
                Operator.discard(results)
                throw mismatch("one tensor", found: results.count, arguments)
            }
            return Tensor(owning: handle)
        }
    }

    /// Calls an operator that gives several tensors, or a list of them.
    public func tensors(_ arguments: any OperatorArgument...) throws -> [Tensor] {
        try call(arguments) { results in
            let tensors = Operator.owned(results)
            let defined = tensors.compactMap { $0 }
            guard defined.count == tensors.count else {
                throw mismatch("only tensors", found: results.count, arguments)
            }
            return defined
        }
    }

    /// Calls an operator some of whose tensors may be absent.
    public func optionalTensors(_ arguments: any OperatorArgument...) throws -> [Tensor?] {
        try call(arguments, Operator.owned)
    }

    /// Calls an operator that gives a number or a truth value (as 0 or 1).
    public func number(_ arguments: any OperatorArgument...) throws -> Double {
        try call(arguments) { results in
            switch results.first?.tag {
            case CT_DOUBLE?: return results[0].number
            case CT_INT?: return Double(results[0].integer)
            case CT_BOOL?: return results[0].boolean ? 1 : 0
            default:
                Operator.discard(results)
                throw mismatch("a number", found: results.count, arguments)
            }
        }
    }

    /// Calls an operator that gives an integer, exactly.
    public func integer(_ arguments: any OperatorArgument...) throws -> Int {
        try call(arguments) { results in
            guard let first = results.first, first.tag == CT_INT else {
                Operator.discard(results)
                throw mismatch("an integer", found: results.count, arguments)
            }
            return Int(first.integer)
        }
    }

    private func call<Result>(
        _ arguments: [any OperatorArgument],
        _ body: (UnsafeBufferPointer<ct_value>) throws -> Result
    ) throws -> Result {
        guard let handle else {
            throw TorchError(
                .unavailable, operation: name, arguments: arguments.map(\.operatorDescription),
                message: "libtorch \(LibTorch.version) has no such operator")
        }
        let words = arguments.reduce(0) { $0 + $1.scratchWords }
        return try withUnsafeTemporaryAllocation(
            of: ct_value.self, capacity: arguments.count + Operator.capacity
        ) { values in
            try withUnsafeTemporaryAllocation(of: Int.self, capacity: words) { scratch in
                var frame = CallFrame(values: values, scratch: scratch)
                for argument in arguments { argument.lower(into: &frame) }
                let results = values.baseAddress.map { $0 + arguments.count }
                guard let results else { throw mismatch("room", found: 0, arguments) }
                var count = 0
                let status = withExtendedLifetime(arguments) {
                    ct_call(
                        handle, values.baseAddress, arguments.count, results, Operator.capacity,
                        &count)
                }
                guard status == CT_OK else {
                    throw TorchError(
                        status: status, operation: name,
                        arguments: arguments.map(\.operatorDescription))
                }
                return try body(UnsafeBufferPointer(start: results, count: count))
            }
        }
    }

    /// Takes over every tensor among the results, lists flattened.
    private static func owned(_ results: UnsafeBufferPointer<ct_value>) -> [Tensor?] {
        var tensors: [Tensor?] = []
        for result in results {
            switch result.tag {
            case CT_TENSOR: tensors.append(result.tensor.map { Tensor(owning: $0) })
            case CT_TENSORS:
                for index in 0..<result.count {
                    tensors.append((result.tensors?[index]).map { Tensor(owning: $0) })
                }
                ct_free(result.tensors)
            case CT_INTS: ct_free(result.ints)
            default: tensors.append(nil)
            }
        }
        return tensors
    }

    private static func discard(_ results: UnsafeBufferPointer<ct_value>) { _ = owned(results) }

    private func mismatch(
        _ expected: String, found: Int, _ arguments: [any OperatorArgument]
    ) -> TorchError {
        TorchError(
            operation: name, arguments: arguments.map(\.operatorDescription),
            message: "expected \(expected) as the result, found \(found) value(s) of another kind")
    }
}
