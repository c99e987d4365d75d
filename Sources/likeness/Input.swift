import Foundation
import Images

/// Rules for files that a command reads.
enum Input {
    /// A whole file of at most `limit` bytes; a larger one is refused unread.
    static func bytes(of path: String, limit: Int) throws -> [UInt8] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError(
                "\(path): expected a picture, found no such file; check the name",
                code: Failure.badInput)
        }
        guard !isFolder.boolValue else {
            throw CommandError(
                "\(path): expected a picture, found a folder; name a file in it",
                code: Failure.badInput)
        }
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            let size = Int(try handle.seekToEnd())
            guard size <= limit else { throw ImageError.tooManyBytes(found: size, limit: limit) }
            try handle.seek(toOffset: 0)
            return [UInt8](try handle.read(upToCount: limit) ?? Data())
        } catch let error as ImageError {
            throw CommandError("\(path): \(error)", code: Failure.badInput)
        } catch {
            let reason = (error as NSError).userInfo[NSUnderlyingErrorKey] ?? error
            throw CommandError(
                "\(path): expected a file that can be read, found an obstacle: \(reason)",
                code: Failure.badInput)
        }
    }

    /// Puts the file's name before an error about its content.
    static func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch ImageError.formatNotAllowed(let found, _)
            where [.heif, .avif].contains(found)
        {
            throw CommandError(
                "\(path): expected a JPEG, PNG, WebP or TIFF, found \(found.name); --allow-heif reads "
                    + "it, or convert it", code: Failure.badInput)
        } catch let error as ImageError {
            throw CommandError("\(path): \(error)", code: Failure.badInput)
        }
    }
}
