internal import CLinux
internal import Glibc

extension FileSystem {
  /// - Throws: `FileError` with `EEXIST` when something stands at `path`.
  public static func requireNothing(at path: String) throws(FileError) {
    if kind(path) != nil { throw FileError(action: "create", path: path, code: EEXIST) }
  }

  /// Writes a file that appears at `path` complete, or not at all.
  ///
  /// - Parameter replacing: whether a file that stands there may be replaced.
  /// - Throws: `FileError` with `EEXIST` when something stands there and `replacing` is false.
  public static func writeAtomically(
    _ bytes: [UInt8], to path: String, replacing: Bool = false
  ) throws(FileError) {
    do {
      try writeAtomically(to: path, replacing: replacing) { try $0.write(bytes) }
    } catch let error as FileError {
      throw error
    } catch {
      throw FileError(action: "write", path: path, code: EIO)
    }
  }

  /// Writes a file that appears at `path` complete, or not at all.
  ///
  /// - Parameters:
  ///   - replacing: whether a file that stands there may be replaced.
  ///   - write: writes the content.
  /// - Throws: `FileError` with `EEXIST` when something stands there and `replacing` is false, and what
  ///   `write` throws.
  public static func writeAtomically<Failure: Error>(
    to path: String, replacing: Bool = false, _ write: (OutputFile) throws(Failure) -> Void
  ) throws {
    let name = lastComponent(path)
    let partial = "\(parent(path))/.\(name).partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let file = try OutputFile(creating: partial)
    do {
      try write(file)
      try file.finish()
      let flags = replacing ? 0 : linux_RENAME_NOREPLACE
      guard renameat2(AT_FDCWD, partial, AT_FDCWD, path, flags) == 0 else {
        throw FileError.last("write", path)
      }
    } catch {
      unlink(partial)
      throw error
    }
  }
}
