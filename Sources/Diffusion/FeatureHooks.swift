import Torch

/// Reads or replaces named values on their way through a network.
///
/// A value's name is the checkpoint path of the part that made it: `down_blocks.1.attentions.0`,
/// `mid_block.resnets.1`, `up_blocks.2.attentions.1.transformer_blocks.0.attn1`. Beside those stand
/// the `.context` of every attention (what its keys and values are made from, after the
/// normalisation), and `down_block_res_samples.N` and `mid_block_res_sample` of a UNet or ControlNet.
///
/// ```swift
/// let hooks = FeatureHooks { name, value in
///     name == "mid_block" ? try value * 0.5 : nil  // nil keeps the value
/// }
/// ```
public struct FeatureHooks {
    /// Returns the value to go on with; nil keeps the one that came.
    public typealias Visit = (_ name: String, _ value: Tensor) throws -> Tensor?

    private let visit: Visit?

    /// Hooks that leave everything alone, at no cost.
    public static var none: FeatureHooks { FeatureHooks(nil) }

    /// Hooks that call `visit` with every named value, in the order of the computation.
    public init(_ visit: Visit?) { self.visit = visit }

    /// Whether nobody looks.
    var isEmpty: Bool { visit == nil }

    /// These hooks, then others on what these left.
    public func then(_ next: FeatureHooks) -> FeatureHooks {
        guard let visit else { return next }
        guard next.visit != nil else { return self }
        return FeatureHooks { name, value in
            try next.callAsFunction(name, try visit(name, value) ?? value)
        }
    }

    func callAsFunction(_ name: @autoclosure () -> String, _ value: Tensor) throws -> Tensor {
        guard let visit else { return value }
        return try visit(name(), value) ?? value
    }
}

/// Keeps chosen values of a forward pass.
public final class FeatureRecorder {
    private let wanted: (String) -> Bool
    /// What was kept, by name.
    public private(set) var features: [String: Tensor] = [:]

    /// Keeps the values with these names.
    public convenience init(_ names: some Sequence<String>) {
        let names = Set(names)
        self.init { names.contains($0) }
    }

    /// Keeps the values whose names satisfy a condition.
    public init(where wanted: @escaping (String) -> Bool) { self.wanted = wanted }

    /// The hooks that do the keeping.
    public var hooks: FeatureHooks {
        FeatureHooks { [self] name, value in
            if wanted(name) { features[name] = value }
            return nil
        }
    }
}
