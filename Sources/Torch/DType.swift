/// The element type of a ``Tensor``.
///
/// Raw values are libtorch's own `c10::ScalarType` numbers, which its serialised formats fix for
/// ever. Quantised and bit-packed types are left out: no checkpoint that Likeness reads holds them.
public enum DType: Int32, Sendable, CaseIterable, Hashable {
    case uint8 = 0
    case int8 = 1
    case int16 = 2
    case int32 = 3
    case int64 = 4
    case float16 = 5
    case float32 = 6
    case float64 = 7
    case complex32 = 8
    case complex64 = 9
    case complex128 = 10
    case bool = 11
    case bfloat16 = 15
    case float8e5m2 = 23
    case float8e4m3fn = 24
    case float8e5m2fnuz = 25
    case float8e4m3fnuz = 26
    case uint16 = 27
    case uint32 = 28
    case uint64 = 29
    case float8e8m0fnu = 44
    /// Two 4-bit floats a byte; shapes count bytes, as in torch.
    case float4e2m1fnx2 = 45

    /// Bytes an element occupies.
    public var byteCount: Int {
        switch self {
        case .uint8, .int8, .bool, .float8e5m2, .float8e4m3fn, .float8e5m2fnuz, .float8e4m3fnuz,
            .float8e8m0fnu, .float4e2m1fnx2:
            1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32, .complex32: 4
        case .int64, .uint64, .float64, .complex64: 8
        case .complex128: 16
        }
    }

    /// Whether values are real numbers with a fraction; these are the types that can carry gradients.
    public var isFloatingPoint: Bool {
        switch self {
        case .float16, .bfloat16, .float32, .float64, .float8e5m2, .float8e4m3fn, .float8e5m2fnuz,
            .float8e4m3fnuz, .float8e8m0fnu, .float4e2m1fnx2:
            true
        default: false
        }
    }
}

extension DType: CustomStringConvertible {
    /// The name that Python prints after `torch.`: `float32`, `bfloat16`, `float8_e4m3fn`.
    public var description: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .int16: "int16"
        case .int32: "int32"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .complex32: "complex32"
        case .complex64: "complex64"
        case .complex128: "complex128"
        case .bool: "bool"
        case .bfloat16: "bfloat16"
        case .float8e5m2: "float8_e5m2"
        case .float8e4m3fn: "float8_e4m3fn"
        case .float8e5m2fnuz: "float8_e5m2fnuz"
        case .float8e4m3fnuz: "float8_e4m3fnuz"
        case .uint16: "uint16"
        case .uint32: "uint32"
        case .uint64: "uint64"
        case .float8e8m0fnu: "float8_e8m0fnu"
        case .float4e2m1fnx2: "float4_e2m1fn_x2"
        }
    }

    /// The type with this name, in torch's words; `fp32`, `fp16`, `bf16` and `half` are understood too.
    public init?(name: String) {
        switch name {
        case "fp32", "float": self = .float32
        case "fp16", "half": self = .float16
        case "bf16": self = .bfloat16
        default:
            guard let match = DType.allCases.first(where: { $0.description == name }) else {
                return nil
            }
            self = match
        }
    }
}
