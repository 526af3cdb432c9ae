import ByteIO
import Glibc

/// Files compressed with gzip, read with the program of that name.
public enum Gzip {
  /// The decompressed content of the file at `path`.
  ///
  /// - Throws: `FileError` when the file or the program is missing, or the file is damaged.
  public static func read(_ path: String) throws -> [UInt8] {
    guard FileSystem.isFile(path) else {
      throw FileError(action: "open", path: path, code: ENOENT)
    }
    let quoted = path.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: "'\\''")
    guard let stream = popen("gzip -dc '\(quoted)'", "re") else {
      throw FileError(action: "run gzip on", path: path, code: errno)
    }
    let bytes = try FileSystem.readToEnd(fileno(stream), path: path)
    guard pclose(stream) == 0 else {
      throw FileError(action: "decompress", path: path, code: EIO)
    }
    return bytes
  }
}
