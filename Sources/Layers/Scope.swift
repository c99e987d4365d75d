import Torch

/// A dotted path into a ``ParameterStore``: where a layer finds its own tensors.
///
/// `scope / "down_blocks" / 0 / "conv"` names `down_blocks.0.conv`.
public struct Scope {
    /// The store the path leads into.
    public let store: ParameterStore
    /// The path; empty for the whole model.
    public let path: String

    init(store: ParameterStore, path: String) {
        (self.store, self.path) = (store, path)
    }

    /// A part by name.
    public static func / (scope: Scope, name: String) -> Scope {
        Scope(store: scope.store, path: scope.path.isEmpty ? name : "\(scope.path).\(name)")
    }

    /// A part by number.
    public static func / (scope: Scope, index: Int) -> Scope { scope / String(index) }

    /// A tensor that training may change.
    public func parameter(
        _ name: String, _ shape: [Int], _ initializer: Initializer, dtype: DType? = nil
    ) -> Tensor {
        store.tensor((self / name).path, shape, initializer, dtype: dtype, isBuffer: false)
    }

    /// A tensor that is saved but never trained.
    public func buffer(
        _ name: String, _ shape: [Int], _ initializer: Initializer, dtype: DType? = nil
    ) -> Tensor {
        store.tensor((self / name).path, shape, initializer, dtype: dtype, isBuffer: true)
    }
}
