/// Writes a tar archive, front to back; the same members make the same bytes.
package struct TarWriter {
    private let sink: (UnsafeRawBufferPointer) throws -> Void

    /// A writer of an empty archive.
    ///
    /// - Parameter sink: receives the archive's bytes in order.
    package init(_ sink: @escaping (UnsafeRawBufferPointer) throws -> Void) { self.sink = sink }

    /// Appends a file.
    ///
    /// - Parameters:
    ///   - name: relative, at most 100 bytes of UTF-8.
    ///   - bytes: its content, less than 8 GiB.
    /// - Throws: ``ShardError`` for a name or size that cannot be written; what the sink throws.
    package func append(_ name: String, _ bytes: [UInt8]) throws {
        do {
            try put(TarHeader.block(name: name, size: bytes.count))
        } catch let fault as TarHeader.Fault {
            throw ShardError(
                name, .option(name: "a member", expected: fault.expected, found: fault.found))
        }
        try put(bytes)
        try put(zeros(TarHeader.padded(bytes.count) - bytes.count))
    }

    /// Ends the archive with two empty blocks.
    ///
    /// - Throws: what the sink throws.
    package func finish() throws { try put(zeros(2 * TarHeader.blockSize)) }

    private func put(_ bytes: [UInt8]) throws {
        if !bytes.isEmpty { try bytes.withUnsafeBytes(sink) }
    }

    private func zeros(_ count: Int) -> [UInt8] { [UInt8](repeating: 0, count: count) }
}
