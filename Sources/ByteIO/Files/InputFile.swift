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
    let end = bytes.count + count
    while bytes.count < end {
      if try !readOnce(end - bytes.count, into: &bytes) { return false }
    }
    return true
  }

  /// Appends what there is, at most `count` bytes, to `bytes`; waits only while there is nothing.
  ///
  /// - Returns: whether anything was read; otherwise the file has ended.
  func readOnce(_ count: Int, into bytes: inout [UInt8]) throws(FileError) -> Bool {
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: count))
    let length = bytes.withUnsafeMutableBytes { bytes -> Int in
      while true {
        let length = Glibc.read(descriptor, bytes.baseAddress.map { $0 + start }, count)
        if length >= 0 || errno != EINTR { return length }
      }
    }
    bytes.removeLast(count - max(0, length))
    if length < 0 { throw .last("read", path) }
    return length > 0
  }
}
