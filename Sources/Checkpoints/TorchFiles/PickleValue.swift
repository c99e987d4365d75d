import Torch

/// A value on the pickle machine's stack.
///
/// Containers are places in the machine's arena, not references: a pickle may make containers that
/// hold themselves or nest without end, and an arena neither leaks nor recurses.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    case bigInteger([UInt8])
    case number(Double)
    case string(String)
    case bytes([UInt8])
    case global(TorchGlobal, name: String)
    case numPyGlobal(NumPyGlobal, name: String)
    /// Place in ``PickleMachine/objects``.
    case object(Int)
}

/// What an arena place holds.
enum PickleObject {
    case tuple([PickleValue])
    case list([PickleValue])
    case dictionary([(key: PickleValue, value: PickleValue)], isOrdered: Bool)
    case storage(StorageReference)
    case tensor(TorchTensor)
    case numPy(NumPyObject)
}

/// What a pickle may rebuild.
enum PickleVocabulary {
    /// Numbers, text and containers: the small pickles around a legacy torch file's weights.
    case values
    /// Tensors, of storages that persistent ids name.
    case tensors
    /// NumPy's arrays; see ``NumPyGlobal``.
    case arrays
}

/// What a persistent id says of a storage, or of a part of one.
struct StorageReference {
    var key: String
    /// Nil for untyped storages.
    var dtype: DType?
    /// The part, in bytes from the start of the storage.
    var bytes: Range<Int>
}
