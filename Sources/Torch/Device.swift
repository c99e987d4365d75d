import CTorch

/// Where a tensor's memory lies and its operators run.
public struct Device: Hashable, Sendable {
    /// A family of devices; raw values are libtorch's `c10::DeviceType` numbers.
    public enum Kind: Int8, Sendable, CaseIterable {
        case cpu = 0
        case cuda = 1
        case mps = 13
        /// Shapes and dtypes without memory: for checking a model's keys at no cost.
        case meta = 14
    }

    /// The family.
    public let kind: Kind
    /// Which of several; nil is the family's current one.
    public let index: Int?

    /// The processor.
    public static let cpu = Device(kind: .cpu, index: nil)
    /// Apple's GPU.
    public static let mps = Device(kind: .mps, index: 0)
    /// Shapes only.
    public static let meta = Device(kind: .meta, index: nil)
    /// The CUDA device with this number, from 0.
    public static func cuda(_ index: Int = 0) -> Device { Device(kind: .cuda, index: index) }

    private init(kind: Kind, index: Int?) {
        self.kind = kind
        self.index = index
    }

    /// Reads `cpu`, `cuda`, `cuda:1`, `mps` or `meta`; nil for anything else.
    public init?(name: String) {
        switch name {
        case "cpu": self = .cpu
        case "mps": self = .mps
        case "meta": self = .meta
        case "cuda": self = .cuda()
        default:
            guard name.hasPrefix("cuda:"), let index = Int8(name.dropFirst(5)), index >= 0 else {
                return nil
            }
            self = .cuda(Int(index))
        }
    }

    /// How many devices of a family this libtorch can use here: 0 without the driver or the build.
    public static func count(of kind: Kind) throws -> Int {
        var count: Int32 = 0
        try check(ct_device_count(kind.rawValue, &count), "counting devices")
        return Int(count)
    }

    /// Waits until all work queued on this device is done. Does nothing on the CPU.
    public func synchronize() throws {
        try check(ct_synchronize(raw), "synchronizing \(self)")
    }

    package var raw: ct_device { ct_device(type: kind.rawValue, index: Int8(index ?? -1)) }

    package init?(raw: ct_device) {
        guard let kind = Kind(rawValue: raw.type) else { return nil }
        self.init(kind: kind, index: raw.index < 0 ? nil : Int(raw.index))
    }
}

extension Device: CustomStringConvertible {
    /// `cpu`, `cuda:0`, `mps`, `meta`: what ``init(name:)`` reads.
    public var description: String {
        switch kind {
        case .cpu: "cpu"
        case .mps: "mps"
        case .meta: "meta"
        case .cuda: index.map { "cuda:\($0)" } ?? "cuda"
        }
    }
}
