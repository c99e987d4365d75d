import CTorch

/// A value that an ``Operator`` takes: tensors, numbers, lists, dtypes, devices, `nil`.
public protocol OperatorArgument {
    /// Eight-byte words the argument's list needs in the call's scratch memory; 0 for plain values.
    var scratchWords: Int { get }
    /// Writes the argument as the next tagged value of the call.
    func lower(into frame: inout CallFrame)
    /// The argument in an error message: shape and dtype of a tensor, the value of anything else.
    var operatorDescription: String { get }
}

extension OperatorArgument {
    /// Plain values need no scratch memory.
    public var scratchWords: Int { 0 }
    /// The value itself.
    public var operatorDescription: String { "\(self)" }
}

/// The arguments of one call, on their way to C: no heap memory is touched.
public struct CallFrame {
    private let values: UnsafeMutableBufferPointer<ct_value>
    private let scratch: UnsafeMutableBufferPointer<Int>
    private var used = 0
    private var words = 0

    init(values: UnsafeMutableBufferPointer<ct_value>, scratch: UnsafeMutableBufferPointer<Int>) {
        self.values = values
        self.scratch = scratch
    }

    package mutating func append(_ value: ct_value) {
        values.initializeElement(at: used, to: value)
        used += 1
    }

    /// Appends a list value whose `count` words `fill` writes.
    mutating func append(
        _ tag: ct_tag, count: Int, words needed: Int,
        _ fill: (UnsafeMutablePointer<Int>) -> Void
    ) {
        var value = ct_value()
        value.tag = tag
        value.count = count
        if let base = scratch.baseAddress {
            let start = base + words
            fill(start)
            value.ints = UnsafeRawPointer(start).assumingMemoryBound(to: Int64.self)
        }
        words += needed
        append(value)
    }
}

extension Tensor: OperatorArgument {
    /// Passes the handle; the call keeps the tensor alive.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_TENSOR
        value.tensor = handle
        frame.append(value)
    }

    /// `[2, 3] float32`, with the device unless it is the CPU.
    public var operatorDescription: String {
        "\(shape) \(dtype)" + (device.kind == .cpu ? "" : " on \(device)")
    }
}

extension Int: OperatorArgument {
    /// Passes an integer.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_INT
        value.integer = Int64(self)
        frame.append(value)
    }
}

extension Double: OperatorArgument {
    /// Passes a float.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_DOUBLE
        value.number = self
        frame.append(value)
    }
}

extension Bool: OperatorArgument {
    /// Passes a truth value.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_BOOL
        value.boolean = self
        frame.append(value)
    }
}

extension DType: OperatorArgument {
    /// Passes libtorch's number of the type.
    public func lower(into frame: inout CallFrame) { Int(rawValue).lower(into: &frame) }
}

extension MemoryFormat: OperatorArgument {
    /// Passes libtorch's number of the format.
    public func lower(into frame: inout CallFrame) { Int(rawValue).lower(into: &frame) }
}

extension Device: OperatorArgument {
    /// Passes the device.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_DEVICE
        value.device = raw
        frame.append(value)
    }
}

extension Generator: OperatorArgument {
    /// Passes the generator; the call advances its state.
    public func lower(into frame: inout CallFrame) {
        var value = ct_value()
        value.tag = CT_GENERATOR
        value.generator = handle
        frame.append(value)
    }

    /// `Generator`.
    public var operatorDescription: String { "Generator" }
}

extension String: OperatorArgument {
    /// Words that hold the UTF-8 bytes.
    public var scratchWords: Int { (utf8.count + 7) / 8 }
    /// Passes the UTF-8 bytes.
    public func lower(into frame: inout CallFrame) {
        var text = self
        text.withUTF8 { bytes in
            frame.append(CT_STRING, count: bytes.count, words: (bytes.count + 7) / 8) { words in
                if let base = bytes.baseAddress {
                    UnsafeMutableRawPointer(words).copyMemory(from: base, byteCount: bytes.count)
                }
            }
        }
    }
}

extension Array: OperatorArgument where Element: ListArgument {
    /// One word an element.
    public var scratchWords: Int { count }
    /// Passes the list.
    public func lower(into frame: inout CallFrame) {
        frame.append(Element.listTag, count: count, words: count) { words in
            for (index, element) in enumerated() { words[index] = element.listWord }
        }
    }
    /// The elements, as each describes itself.
    public var operatorDescription: String {
        "[" + map(\.operatorDescription).joined(separator: ", ") + "]"
    }
}

/// An ``OperatorArgument`` that may stand in a list; each element is one eight-byte word there.
public protocol ListArgument: OperatorArgument {
    /// The kind of list.
    static var listTag: ct_tag { get }
    /// The element's bits.
    var listWord: Int { get }
}

extension Int: ListArgument {
    /// `int[]`.
    public static var listTag: ct_tag { CT_INTS }
    /// The integer.
    public var listWord: Int { self }
}

extension Double: ListArgument {
    /// `float[]`.
    public static var listTag: ct_tag { CT_DOUBLES }
    /// The float's bits.
    public var listWord: Int { Int(bitPattern: UInt(bitPattern)) }
}

extension Bool: ListArgument {
    /// `bool[]`.
    public static var listTag: ct_tag { CT_BOOLS }
    /// 0 or 1.
    public var listWord: Int { self ? 1 : 0 }
}

extension Tensor: ListArgument {
    /// `Tensor[]`.
    public static var listTag: ct_tag { CT_TENSORS }
    /// The handle.
    public var listWord: Int { Int(bitPattern: handle) }
}

extension Optional: OperatorArgument where Wrapped: OperatorArgument {
    /// Those of the value, if there is one.
    public var scratchWords: Int { self?.scratchWords ?? 0 }
    /// Passes the value or `None`.
    public func lower(into frame: inout CallFrame) {
        if let self { self.lower(into: &frame) } else { frame.append(ct_value()) }
    }
    /// The value's description, or `nil`.
    public var operatorDescription: String { self?.operatorDescription ?? "nil" }
}

extension Optional: ListArgument where Wrapped == Tensor {
    /// `Tensor?[]`.
    public static var listTag: ct_tag { CT_TENSORS }
    /// The handle, or null.
    public var listWord: Int { self?.listWord ?? 0 }
}
