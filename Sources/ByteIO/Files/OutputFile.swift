internal import CLinux
internal import Glibc

/// A new file, written from front to back through a buffer.
///
/// A file that is dropped before `finish()` stays incomplete on disk; it belongs into an
/// `AtomicDirectory`, which discards it.
public final class OutputFile {
  private let writer: BufferedWriter
  private var isOpen = true

  public var path: String { writer.path }
  /// Bytes written so far, the buffered ones included.
  public var count: Int { writer.count }

  /// Creates the file at `path`, which must not exist.
  public init(creating path: String) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .last("create", path) }
    writer = BufferedWriter(descriptor: descriptor, path: path)
  }

  /// Opens the file at `path` to go on behind its first `size` bytes; what follows them is lost.
  public init(continuing path: String, at size: Int) throws(FileError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .last("open", path) }
    guard ftruncate(descriptor, off_t(size)) == 0, lseek(descriptor, off_t(size), SEEK_SET) >= 0
    else {
      let error = FileError.last("continue", path)
      close(descriptor)
      throw error
    }
    writer = BufferedWriter(descriptor: descriptor, path: path)
  }

  deinit { if isOpen { close(writer.descriptor) } }

  /// Appends `bytes`.
  public func write(_ bytes: some Collection<UInt8>) throws(FileError) { try writer.write(bytes) }

  /// Appends `bytes`. What is larger than the buffer goes to the file without passing through it.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) { try writer.write(bytes) }

  /// Appends a text as UTF-8.
  public func write(_ text: String) throws(FileError) { try writer.write(text) }

  /// Appends `count` bytes of `source` from `offset`, inside the kernel where it can be done there.
  public func copy(from source: MappedFile, offset: Int, count length: Int) throws(FileError) {
    precondition(offset >= 0 && length >= 0 && offset <= source.count - length)
    try writer.flush()
    let input = open(source.path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw .last("open", source.path) }
    defer { close(input) }
    var position = off_t(offset)
    var remaining = length
    while remaining > 0 {
      let copied = copy_file_range(input, &position, writer.descriptor, nil, remaining, 0)
      if copied > 0 {
        remaining -= copied
        writer.noteWritten(copied)
      } else if copied == 0 {
        throw FileError(action: "copy all of", path: source.path, code: EIO)
      } else if errno != EINTR {
        break
      }
    }
    // Some file systems refuse copy_file_range (across mounts, overlays): write from the mapping.
    if remaining > 0 {
      let start = offset + length - remaining
      try source.withBytes { bytes throws(FileError) in
        try writer.write(UnsafeRawBufferPointer(rebasing: bytes[start...].prefix(remaining)))
      }
    }
  }

  /// Hands what is buffered to the system: it outlives this process, though not a failure of the machine.
  public func flush() throws(FileError) { try writer.flush() }

  /// Writes what is buffered, forces the content to disk, and closes the file.
  public func finish() throws(FileError) {
    try writer.flush()
    guard fsync(writer.descriptor) == 0 else { throw .last("write to", path) }
    isOpen = false
    guard close(writer.descriptor) == 0 else { throw .last("write to", path) }
  }
}
