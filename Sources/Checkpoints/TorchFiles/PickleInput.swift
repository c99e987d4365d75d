/// Bytes of a pickle, read a piece at a time from part of a file.
struct PickleInput {
    /// Where the next byte lies in the file.
    private(set) var position: Int
    private let input: InputFile
    private let start: Int
    private let end: Int
    private var buffer: [UInt8] = []
    private var bufferStart: Int

    /// Pickles hold names and numbers, never weights; the largest real ones take a few megabytes.
    static let maximumByteCount = 100_000_000

    init(_ input: InputFile, _ range: Range<Int>) {
        self.input = input
        start = range.lowerBound
        position = range.lowerBound
        bufferStart = range.lowerBound
        end = range.upperBound
    }

    /// Bytes read since the start of the pickle; the place that errors name.
    var offset: Int { position - start }
    /// Whether every byte has been read.
    var isAtEnd: Bool { position == end }

    mutating func byte() throws -> UInt8 {
        let at = position - bufferStart
        if at < buffer.count {
            position += 1
            return buffer[at]
        }
        return try take(1)[0]
    }

    /// The next `count` bytes; `count` may be any number that a file gave.
    mutating func take(_ count: Int) throws -> [UInt8] {
        try checkRemaining(count)
        guard offset + count <= Self.maximumByteCount else {
            throw CheckpointError(
                file: input.path,
                .tooMany("bytes of pickle", found: offset + count, limit: Self.maximumByteCount))
        }
        if position - bufferStart + count > buffer.count {
            buffer = try input.bytes(at: position, count: min(max(count, 1 << 16), end - position))
            bufferStart = position
        }
        let at = position - bufferStart
        position += count
        return Array(buffer[at..<at + count])
    }

    /// Throws if fewer than `count` bytes are left.
    func checkRemaining(_ count: Int) throws {
        guard count >= 0, count <= end - position else {
            throw failure(
                count < 0 ? "a length that fits" : "\(count) more bytes", "\(end - position)")
        }
    }

    /// A little-endian number of 1, 2, 4 or 8 bytes; one past `Int.max` becomes -1, which no
    /// length check accepts.
    mutating func integer(_ count: Int) throws -> Int {
        var value: UInt64 = 0
        for k in 0..<count { value |= UInt64(try byte()) << UInt64(8 * k) }
        return Int(exactly: value) ?? -1
    }

    mutating func text(_ count: Int) throws -> String {
        guard let text = String(validating: try take(count), as: UTF8.self) else {
            throw failure("text in UTF-8", "other bytes")
        }
        return text
    }

    /// Text up to a newline, as GLOBAL has it.
    mutating func line() throws -> String {
        var text: [UInt8] = []
        while true {
            let byte = try byte()
            if byte == 0x0A { break }
            guard text.count < 1_000 else { throw failure("a newline", "1000 bytes without one") }
            text.append(byte)
        }
        guard let line = String(validating: text, as: UTF8.self) else {
            throw failure("text in UTF-8", "other bytes")
        }
        return line
    }

    func failure(_ expected: String, _ found: String) -> CheckpointError {
        CheckpointError(
            file: input.path, .pickle(offset: offset, expected: expected, found: found))
    }

    func failure(_ problem: CheckpointError.Problem) -> CheckpointError {
        CheckpointError(file: input.path, problem)
    }
}
