internal import Glibc

/// A system call that failed: what was being done, to which file, and why.
public struct FileError: Error, Equatable, CustomStringConvertible {
  /// The attempted action in plain words, for instance "open" or "write to".
  public let action: String
  /// The file or directory that the action named.
  public let path: String
  /// The value of `errno` after the call.
  public let code: Int32

  public init(action: String, path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  public var description: String {
    "cannot \(action) \(path): \(String(cString: strerror(code)))"
  }

  /// Whether the file or one of its parent directories does not exist (`ENOENT`, `ENOTDIR`).
  public var isMissingFile: Bool { code == ENOENT || code == ENOTDIR }

  /// The error of the call that has just failed.
  static func last(_ action: String, _ path: String) -> FileError {
    FileError(action: action, path: path, code: errno)
  }
}
