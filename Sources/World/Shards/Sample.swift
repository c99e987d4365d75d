/// One sample of a data set: a picture and whatever belongs to it, as WebDataset stores them.
///
/// In a tar file a sample is a run of members whose names share all before the first dot of the
/// last path component, the key; what follows that dot tells the members apart:
/// `000001234.png`, `000001234.json`, `000001234.flow.bin`.
public struct Sample: Equatable, Sendable {
    /// One file of a sample.
    public struct Member: Equatable, Sendable {
        /// What follows the key and its dot: `png`, `flow.bin`; lower case, never empty.
        public var suffix: String
        /// The whole file.
        public var bytes: [UInt8]

        /// A file of a sample.
        ///
        /// - Parameters:
        ///   - suffix: what follows the key and its dot.
        ///   - bytes: the whole file.
        public init(_ suffix: String, _ bytes: [UInt8]) {
            self.suffix = suffix
            self.bytes = bytes
        }
    }

    /// What its members' names share; distinct within a data set.
    public var key: String
    /// In the order in which they lie in the file.
    public var members: [Member]

    /// A sample.
    ///
    /// - Parameters:
    ///   - key: shared by its members' names, see ``key(for:)``.
    ///   - members: at least one; suffixes differ.
    public init(key: String, members: [Member]) {
        self.key = key
        self.members = members
    }

    /// The bytes of a member; nil if there is none of this suffix.
    ///
    /// - Parameter suffix: such as `png`, without a dot before it.
    public subscript(suffix: String) -> [UInt8]? {
        members.first { $0.suffix == suffix }?.bytes
    }

    /// The key that our own sources give: nine digits or more, so that names sort as numbers do.
    ///
    /// - Parameter index: of the sample in its data set, at least 0.
    /// - Returns: `000001234` for 1234.
    public static func key(for index: Int) -> String { padded(index, 9) }
}

/// Makes the samples of a data set, each for itself.
///
/// A source is pure: a sample's bytes follow from ``version``, ``seed``, ``settings`` and the index,
/// whatever was made before it and on whichever thread. So data sets can be made in parallel,
/// continued after an interruption, and made again elsewhere.
public protocol SampleSource: Sendable {
    /// How many samples there are, at least 1.
    var count: Int { get }
    /// Names the code (or the files) that samples come from; it changes whenever their bytes would.
    var version: String { get }
    /// What chance starts from.
    var seed: UInt64 { get }
    /// Everything else that bytes depend on, such as the size of pictures, in words.
    var settings: [String: String] { get }

    /// Makes one sample; called from several threads at once.
    ///
    /// - Parameter index: `0..<count`.
    /// - Returns: the sample, with a key of its own.
    /// - Throws: what hinders it; the data set is then not finished.
    func sample(at index: Int) throws -> Sample
}

/// `value` in decimal, zeros before it up to `digits`.
func padded(_ value: Int, _ digits: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
}
