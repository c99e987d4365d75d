import CKernels

/// Operators of our own where libtorch's are slow on the CPU: attention with narrow heads, group
/// normalisation with what stands around it, GEGLU, PReLU, doubling before a convolution; forward and
/// backward; and the gradient of depthwise convolutions with a stride.
///
/// They run in bf16 on x86 processors with AVX-512's bf16 products, and everything else (float32,
/// other processors, GPUs) takes libtorch's own operators: float32 stays exact. Setting the
/// environment variable `LIKENESS_KERNELS=plain` turns them off for a whole run.
public enum FusedKernels {
    /// Whether this processor has what they are compiled for.
    public static var areAvailable: Bool { ck_available() }

    /// Whether they are used; false where they are not available. Process-wide.
    public static var areEnabled: Bool { ck_enabled() }

    /// Whether weights can be laid out for their products once, instead of at every call.
    public static var packsWeights: Bool { ck_packs() }

    /// Turns them off, or on again where they are available.
    public static func setEnabled(_ value: Bool) { ck_set_enabled(value) }
}
