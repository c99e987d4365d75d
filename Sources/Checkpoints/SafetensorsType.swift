import Torch

/// An element type as safetensors names it.
///
/// The cases stand in the reference's order (safetensors 0.8.0), which its writer sorts by: later
/// ones come first in a file. C64 here is torch's complex64, 8 bytes.
enum SafetensorsType: String, CaseIterable {
    case bool = "BOOL"
    case f4 = "F4"
    case f6e2m3 = "F6_E2M3"
    case f6e3m2 = "F6_E3M2"
    case u8 = "U8"
    case i8 = "I8"
    case f8e5m2 = "F8_E5M2"
    case f8e4m3 = "F8_E4M3"
    case f8e8m0 = "F8_E8M0"
    case f8e4m3fnuz = "F8_E4M3FNUZ"
    case f8e5m2fnuz = "F8_E5M2FNUZ"
    case i16 = "I16"
    case u16 = "U16"
    case f16 = "F16"
    case bf16 = "BF16"
    case i32 = "I32"
    case u32 = "U32"
    case f32 = "F32"
    case c64 = "C64"
    case f64 = "F64"
    case i64 = "I64"
    case u64 = "U64"

    /// torch's type, or nil where it has none: the two 6-bit floats.
    var dtype: DType? {
        switch self {
        case .bool: .bool
        case .f4: .float4e2m1fnx2
        case .f6e2m3, .f6e3m2: nil
        case .u8: .uint8
        case .i8: .int8
        case .f8e5m2: .float8e5m2
        case .f8e4m3: .float8e4m3fn
        case .f8e8m0: .float8e8m0fnu
        case .f8e4m3fnuz: .float8e4m3fnuz
        case .f8e5m2fnuz: .float8e5m2fnuz
        case .i16: .int16
        case .u16: .uint16
        case .f16: .float16
        case .bf16: .bfloat16
        case .i32: .int32
        case .u32: .uint32
        case .f32: .float32
        case .c64: .complex64
        case .f64: .float64
        case .i64: .int64
        case .u64: .uint64
        }
    }

    /// The name for torch's type, or nil where safetensors has none: complex32 and complex128.
    init?(_ dtype: DType) {
        guard let match = Self.allCases.first(where: { $0.dtype == dtype }) else { return nil }
        self = match
    }

    /// Place in the reference's order.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
