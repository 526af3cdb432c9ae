internal import CLinux
internal import Glibc

/// A new file, written from front to back through a buffer.
///
/// A file that is dropped before `finish()` stays incomplete on disk; it belongs into an
/// `AtomicDirectory`, which discards it.
public final class OutputFile {
  public let path: String
  /// Bytes written so far, the buffered ones included.
  public private(set) var count = 0
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var isOpen = true

  private static let bufferSize = 1 << 20

  /// Creates the file at `path`, which must not exist.
  public init(creating path: String) throws(FileError) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    self.path = path
    guard descriptor >= 0 else { throw .last("create", path) }
  }

  deinit { if isOpen && descriptor >= 0 { close(descriptor) } }

  /// Appends `bytes`.
  public func write(_ bytes: some Collection<UInt8>) throws(FileError) {
    count += bytes.count
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends `bytes`. What is larger than the buffer goes to the file without passing through it.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    count += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count > Self.bufferSize {
      try writeAll(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
  }

  /// Appends a text as UTF-8.
  public func write(_ text: String) throws(FileError) { try write(text.utf8) }

  /// Appends `count` bytes of `source` from `offset`, inside the kernel where it can be done there.
  public func copy(from source: MappedFile, offset: Int, count length: Int) throws(FileError) {
    precondition(offset >= 0 && length >= 0 && offset <= source.count - length)
    try flush()
    count += length
    let input = open(source.path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw .last("open", source.path) }
    defer { close(input) }
    var position = off_t(offset)
    var remaining = length
    while remaining > 0 {
      let copied = copy_file_range(input, &position, descriptor, nil, remaining, 0)
      if copied > 0 {
        remaining -= copied
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
        try writeAll(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + remaining)]))
      }
    }
  }

  /// Writes what is buffered, forces the content to disk, and closes the file.
  public func finish() throws(FileError) {
    try flush()
    guard fsync(descriptor) == 0 else { throw .last("write to", path) }
    isOpen = false
    guard close(descriptor) == 0 else { throw .last("write to", path) }
  }

  private func flush() throws(FileError) {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBufferPointer { bytes throws(FileError) in
      try writeAll(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if written < 0 {
        if errno == EINTR { continue }
        throw .last("write to", path)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }
}
