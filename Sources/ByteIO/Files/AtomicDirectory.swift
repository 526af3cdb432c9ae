internal import CLinux
internal import Glibc

/// A directory that appears at its destination complete, or not at all.
///
/// Files are made in a hidden sibling, `.NAME.partial-PID-N`, which `commit()` renames into place after
/// everything is on disk. Dropping the object before that removes the sibling. A process that is
/// killed leaves only the hidden sibling, and the next run with the same destination removes it.
public final class AtomicDirectory {
  /// Where the directory will stand after `commit()`.
  public let destination: String
  /// Where its files are made until then.
  public let stagingPath: String
  private let mayReplace: Bool
  private var isPending = true

  /// Begins a directory that will stand at `destination`.
  ///
  /// - Parameter replacing: whether something that stands there already may be replaced; it stays
  ///   untouched until `commit()`.
  /// - Throws: `FileError` with `EEXIST` when something stands there and `replacing` is false, or the
  ///   error of the parent directory.
  public init(destination: String, replacing: Bool = false) throws(FileError) {
    let name = FileSystem.lastComponent(destination)
    let parent = FileSystem.parent(destination)
    guard name != "/" && name != "." && name != ".." && !name.isEmpty else {
      throw FileError(action: "create directory", path: destination, code: EINVAL)
    }
    self.destination = parent + "/" + name
    mayReplace = replacing
    let prefix = ".\(name).partial-"
    stagingPath = "\(parent)/\(prefix)\(getpid())-\(UInt32.random(in: 0 ... .max))"
    if !replacing && FileSystem.kind(destination) != nil {
      isPending = false
      throw FileError(action: "create directory", path: destination, code: EEXIST)
    }
    do throws(FileError) {
      try Self.removeAbandoned(prefix: prefix, in: parent)
      try FileSystem.createDirectory(stagingPath)
    } catch {
      isPending = false
      throw error
    }
  }

  deinit { discard() }

  /// The staging path of the file called `name`.
  public func path(_ name: String) -> String { stagingPath + "/" + name }

  /// Puts the directory in its place.
  ///
  /// A replaced directory is exchanged in one step and then removed, so that at every moment one of
  /// the two stands whole at the destination.
  ///
  /// - Throws: `FileError` with `EEXIST` when something has come to stand there that may not be
  ///   replaced.
  public func commit() throws(FileError) {
    try Self.synchronize(stagingPath)
    let isReplacement = mayReplace && FileSystem.kind(destination) != nil
    let flags = isReplacement ? linux_RENAME_EXCHANGE : linux_RENAME_NOREPLACE
    guard renameat2(AT_FDCWD, stagingPath, AT_FDCWD, destination, flags) == 0 else {
      throw .last("move the finished directory to", destination)
    }
    isPending = false
    if isReplacement { try FileSystem.removeTree(stagingPath) }
    try Self.synchronize(FileSystem.parent(destination))
  }

  /// Removes everything made so far. Does nothing after `commit()`.
  public func discard() {
    guard isPending else { return }
    isPending = false
    try? FileSystem.removeTree(stagingPath)
  }

  /// Removes what killed processes left behind for the same destination.
  private static func removeAbandoned(prefix: String, in parent: String) throws(FileError) {
    for name in try FileSystem.names(inDirectory: parent) where name.hasPrefix(prefix) {
      let owner = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let process = pid_t(owner) else { continue }
      let isAlive = kill(process, 0) == 0 || errno == EPERM
      if !isAlive { try FileSystem.removeTree(parent + "/" + name) }
    }
  }

  private static func synchronize(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .last("write to", path) }
  }
}
