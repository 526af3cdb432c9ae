internal import Glibc

/// A file or standard input, read from its beginning to its end in pieces of any size.
public final class InputFile {
  /// What is read, for messages.
  public let path: String
  private let descriptor: Int32

  /// Opens the file at `path`; standard input when it is `nil` or `-`.
  public init(_ path: String?) throws(FileError) {
    if let path, path != "-" {
      self.path = path
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .last("open", path) }
    } else {
      self.path = "standard input"
      descriptor = STDIN_FILENO
    }
  }

  deinit { if descriptor > STDERR_FILENO { close(descriptor) } }

  /// Appends up to `count` bytes to `bytes`; fewer only at the end of the file.
  ///
  /// - Returns: whether there may be more.
  public func read(_ count: Int, into bytes: inout [UInt8]) throws(FileError) -> Bool {
    var missing = count
    while missing > 0 {
      let start = bytes.count
      bytes.append(contentsOf: repeatElement(0, count: missing))
      let length = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, missing)
      }
      bytes.removeLast(missing - max(0, length))
      if length == 0 { return false }
      if length < 0 {
        if errno == EINTR { continue }
        throw .last("read", path)
      }
      missing -= length
    }
    return true
  }
}
