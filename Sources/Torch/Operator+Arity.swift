import CTorch

// A parameter pack costs some 0.3 us a call, because the compiler does not specialise it. These
// overloads do what the variadic call does, for the few arguments that small,
// frequent operators have, at a tenth of that.

extension Operator {
    /// Calls an operator that gives one tensor.
    @discardableResult
    public func callAsFunction<A: OperatorArgument>(
        _ a: A
    ) throws -> Tensor {
        try call(count: 1, words: a.scratchWords) { frame in
            a.lower(into: &frame)
        } describe: {
            [a.operatorDescription]
        } body: {
            try single($0)
        }
    }

    /// Calls an operator that gives one tensor.
    @discardableResult
    public func callAsFunction<A: OperatorArgument, B: OperatorArgument>(
        _ a: A, _ b: B
    ) throws -> Tensor {
        try call(count: 2, words: a.scratchWords + b.scratchWords) { frame in
            a.lower(into: &frame)
            b.lower(into: &frame)
        } describe: {
            [a.operatorDescription, b.operatorDescription]
        } body: {
            try single($0)
        }
    }

    /// Calls an operator that gives one tensor.
    @discardableResult
    public func callAsFunction<A: OperatorArgument, B: OperatorArgument, C: OperatorArgument>(
        _ a: A, _ b: B, _ c: C
    ) throws -> Tensor {
        try call(count: 3, words: a.scratchWords + b.scratchWords + c.scratchWords) { frame in
            a.lower(into: &frame)
            b.lower(into: &frame)
            c.lower(into: &frame)
        } describe: {
            [a.operatorDescription, b.operatorDescription, c.operatorDescription]
        } body: {
            try single($0)
        }
    }

    /// Calls an operator that gives one tensor.
    @discardableResult
    public func callAsFunction<
        A: OperatorArgument, B: OperatorArgument, C: OperatorArgument, D: OperatorArgument
    >(
        _ a: A, _ b: B, _ c: C, _ d: D
    ) throws -> Tensor {
        try call(count: 4, words: a.scratchWords + b.scratchWords + c.scratchWords + d.scratchWords)
        { frame in
            a.lower(into: &frame)
            b.lower(into: &frame)
            c.lower(into: &frame)
            d.lower(into: &frame)
        } describe: {
            [
                a.operatorDescription, b.operatorDescription, c.operatorDescription,
                d.operatorDescription,
            ]
        } body: {
            try single($0)
        }
    }
}
