/// The Python objects that a pickle of arrays may name. There are no others: whatever a file names
/// beyond these is refused before anything is done with it.
enum NumPyGlobal: Equatable {
    /// Makes an empty array, which a state then fills.
    case reconstruct
    /// `numpy.ndarray` itself.
    case array
    /// `numpy.dtype`.
    case elementType
    /// `chumpy.ch.Ch`, an array that remembers how it came about; only the array is taken.
    case chumpy
    /// `scipy.sparse.csc_matrix`.
    case sparseColumns
    /// `copy_reg._reconstructor`, how protocols before 2 made objects.
    case reconstructor
    /// `object`, the base class that goes with it.
    case object
    /// `set`: chumpy keeps one of names; read past.
    case set

    init?(module: String, name: String) {
        switch (module, name) {
        case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
            self = .reconstruct
        case ("numpy", "ndarray"): self = .array
        case ("numpy", "dtype"): self = .elementType
        case ("chumpy.ch", "Ch"): self = .chumpy
        case ("scipy.sparse.csc", "csc_matrix"), ("scipy.sparse._csc", "csc_matrix"):
            self = .sparseColumns
        case ("copy_reg", "_reconstructor"), ("copyreg", "_reconstructor"): self = .reconstructor
        case ("__builtin__", "object"), ("builtins", "object"): self = .object
        case ("__builtin__", "set"), ("builtins", "set"): self = .set
        default: return nil
        }
    }
}

/// What the pickle machine makes of the objects that ``NumPyGlobal`` names.
enum NumPyObject {
    /// A type by its code, `f8`; its state says the byte order.
    case elementType(code: String, isLittleEndian: Bool)
    /// An array; nil until its state is there.
    case array(NumPyArray?)
    /// A chumpy object or a sparse matrix, with its attributes.
    case instance(NumPyGlobal, [String: PickleValue])
    /// Something of no interest.
    case ignored
}
