internal import CLinux
internal import Glibc

extension FileSystem {
  /// Writes a file that appears at `path` complete, or not at all.
  ///
  /// - Parameter replacing: whether a file that stands there may be replaced.
  /// - Throws: `FileError` with `EEXIST` when something stands there and `replacing` is false.
  public static func writeAtomically(
    _ bytes: [UInt8], to path: String, replacing: Bool = false
  ) throws(FileError) {
    let name = lastComponent(path)
    let partial = "\(parent(path))/.\(name).partial-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    let file = try OutputFile(creating: partial)
    do throws(FileError) {
      try file.write(bytes)
      try file.finish()
      let flags = replacing ? 0 : linux_RENAME_NOREPLACE
      guard renameat2(AT_FDCWD, partial, AT_FDCWD, path, flags) == 0 else {
        throw .last("write", path)
      }
    } catch {
      unlink(partial)
      throw error
    }
  }
}
