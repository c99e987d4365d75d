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
    public func callAsFunction<each Argument: OperatorArgument>(
        _ arguments: repeat each Argument
    ) throws -> Tensor {
        try call(repeat each arguments, body: single)
    }

    /// Calls an operator that gives several tensors, or a list of them.
    public func tensors<each Argument: OperatorArgument>(
        _ arguments: repeat each Argument
    ) throws -> [Tensor] {
        try call(repeat each arguments) { results in
            let tensors = Operator.owned(results)
            let defined = tensors.compactMap { $0 }
            guard defined.count == tensors.count else {
                throw mismatch("only tensors", found: results)
            }
            return defined
        }
    }

    /// Calls an operator some of whose tensors may be absent.
    public func optionalTensors<each Argument: OperatorArgument>(
        _ arguments: repeat each Argument
    ) throws -> [Tensor?] {
        try call(repeat each arguments, body: Operator.owned)
    }

    /// Calls an operator that gives a number or a truth value (as 0 or 1).
    public func number<each Argument: OperatorArgument>(
        _ arguments: repeat each Argument
    ) throws -> Double {
        try call(repeat each arguments) { results in
            switch results.first?.tag {
            case CT_DOUBLE?: return results[0].number
            case CT_INT?: return Double(results[0].integer)
            case CT_BOOL?: return results[0].boolean ? 1 : 0
            default:
                Operator.discard(results)
                throw mismatch("a number", found: results)
            }
        }
    }

    /// Calls an operator that gives an integer, exactly.
    public func integer<each Argument: OperatorArgument>(
        _ arguments: repeat each Argument
    ) throws -> Int {
        try call(repeat each arguments) { results in
            guard let first = results.first, first.tag == CT_INT else {
                Operator.discard(results)
                throw mismatch("an integer", found: results)
            }
            return Int(first.integer)
        }
    }

    private func call<each Argument: OperatorArgument, Result>(
        _ arguments: repeat each Argument,
        body: (UnsafeBufferPointer<ct_value>) throws -> Result
    ) throws -> Result {
        var count = 0
        var words = 0
        for argument in repeat each arguments {
            count += 1
            words += argument.scratchWords
        }
        return try call(count: count, words: words) { frame in
            for argument in repeat each arguments { argument.lower(into: &frame) }
        } describe: {
            var all: [String] = []
            for argument in repeat each arguments { all.append(argument.operatorDescription) }
            return all
        } body: {
            try body($0)
        }
    }

    /// The call itself: `lower` fills a frame of `count` values and `words` of scratch memory.
    @inline(__always)
    func call<Result>(
        count: Int, words: Int, lower: (inout CallFrame) -> Void, describe: () -> [String],
        body: (UnsafeBufferPointer<ct_value>) throws -> Result
    ) throws -> Result {
        try withUnsafeTemporaryAllocation(
            of: ct_value.self, capacity: count + Operator.capacity
        ) { values in
            try withUnsafeTemporaryAllocation(of: Int.self, capacity: words) { scratch in
                var frame = CallFrame(values: values, scratch: scratch)
                lower(&frame)
                guard let handle, let base = values.baseAddress else {
                    throw TorchError(
                        .unavailable, operation: name, arguments: describe(),
                        message: "libtorch \(LibTorch.version) has no such operator")
                }
                let results = base + count
                var written = 0
                let status = ct_call(handle, base, count, results, Operator.capacity, &written)
                guard status == CT_OK else {
                    throw TorchError(status: status, operation: name, arguments: describe())
                }
                return try body(UnsafeBufferPointer(start: results, count: written))
            }
        }
    }

    /// The one tensor among the results, taken over.
    func single(_ results: UnsafeBufferPointer<ct_value>) throws -> Tensor {
        guard results.count == 1, results[0].tag == CT_TENSOR, let handle = results[0].tensor else {
            Operator.discard(results)
            throw mismatch("one tensor", found: results)
        }
        return Tensor(owning: handle)
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
        _ expected: String, found results: UnsafeBufferPointer<ct_value>
    ) -> TorchError {
        TorchError(
            operation: name,
            message:
                "expected \(expected) as the result, found \(results.count) value(s) of another kind"
        )
    }
}
