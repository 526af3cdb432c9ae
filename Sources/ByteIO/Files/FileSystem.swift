internal import Glibc

/// The few questions graft asks of the file system, and the whole-file reads and writes.
public enum FileSystem {
  /// What stands at a path.
  public enum Kind: Sendable, Equatable {
    case file(size: Int)
    case directory
    case other
  }

  /// What stands at `path`, following symbolic links; `nil` when there is nothing.
  public static func kind(_ path: String) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file(size: Int(status.st_size))
    case S_IFDIR: return .directory
    default: return .other
    }
  }

  /// Whether a regular file stands at `path`.
  public static func isFile(_ path: String) -> Bool {
    if case .file = kind(path) { true } else { false }
  }

  /// Whether a directory stands at `path`.
  public static func isDirectory(_ path: String) -> Bool { kind(path) == .directory }

  /// The absolute path of what stands at `path`, without symbolic links; `nil` when nothing is there.
  public static func canonicalPath(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// The names in the directory at `path`, sorted bytewise, without `.` and `..`.
  public static func names(inDirectory path: String) throws(FileError) -> [String] {
    guard let stream = opendir(path) else { throw .last("list", path) }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The whole content of the file at `path`.
  public static func read(_ path: String) throws(FileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    defer { close(descriptor) }
    return try readToEnd(descriptor, path: path)
  }

  /// Everything that can still be read from `descriptor`; `path` is for messages.
  public static func readToEnd(_ descriptor: Int32, path: String) throws(FileError) -> [UInt8] {
    var status = stat()
    var bytes: [UInt8] = []
    if fstat(descriptor, &status) == 0, status.st_size > 0 {
      bytes.reserveCapacity(Int(status.st_size) + 1)
    }
    let chunk = 1 << 16
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, chunk)
      if count < 0 {
        if errno == EINTR { continue }
        throw .last("read", path)
      }
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
    }
  }

  /// Creates the directory at `path`; its parent must exist.
  public static func createDirectory(_ path: String) throws(FileError) {
    guard mkdir(path, 0o777) == 0 else { throw .last("create directory", path) }
  }

  /// Removes the file or the directory tree at `path`. Symbolic links are removed, not followed.
  public static func removeTree(_ path: String) throws(FileError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw .last("examine", path) }
    if status.st_mode & S_IFMT == S_IFDIR {
      for name in try names(inDirectory: path) { try removeTree(path + "/" + name) }
      guard rmdir(path) == 0 else { throw .last("remove", path) }
    } else {
      guard unlink(path) == 0 else { throw .last("remove", path) }
    }
  }

  /// The last component of a path: `"a/b/"` and `"b"` both give `"b"`.
  public static func lastComponent(_ path: String) -> String {
    let components = path.split(separator: "/", omittingEmptySubsequences: true)
    return components.last.map(String.init) ?? path
  }

  /// The path without its last component: `"a/b"` gives `"a"`, `"b"` gives `"."`, `"/b"` gives `"/"`.
  public static func parent(_ path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }
}
