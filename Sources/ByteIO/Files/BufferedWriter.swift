internal import Glibc

/// Bytes on their way to a file descriptor, collected into large writes.
public final class BufferedWriter {
  /// What the descriptor writes to, for messages.
  public let path: String
  /// Bytes accepted so far, whether written or still in the buffer.
  public private(set) var count = 0
  let descriptor: Int32
  private var buffer: [UInt8] = []

  private static let bufferSize = 1 << 20

  /// A writer to a descriptor, which stays open and belongs to the caller.
  public init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  /// A writer to standard output.
  public static func standardOutput() -> BufferedWriter {
    BufferedWriter(descriptor: STDOUT_FILENO, path: "standard output")
  }

  /// A writer to standard error.
  public static func standardError() -> BufferedWriter {
    BufferedWriter(descriptor: STDERR_FILENO, path: "standard error")
  }

  /// Appends `bytes`.
  public func write(_ bytes: some Collection<UInt8>) throws(FileError) {
    count += bytes.count
    buffer.append(contentsOf: bytes)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Appends a text as UTF-8.
  public func write(_ text: String) throws(FileError) { try write(text.utf8) }

  /// Writes what is in the buffer.
  public func flush() throws(FileError) {
    guard !buffer.isEmpty else { return }
    try buffer.withUnsafeBufferPointer { bytes throws(FileError) in
      try writeAll(UnsafeRawBufferPointer(bytes))
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Appends `bytes`. What is larger than the buffer is written without passing through it.
  public func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
    count += bytes.count
    if buffer.count + bytes.count > Self.bufferSize { try flush() }
    if bytes.count > Self.bufferSize {
      try writeAll(bytes)
    } else {
      buffer.append(contentsOf: bytes)
    }
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

  /// Counts bytes that went to the descriptor past this writer.
  func noteWritten(_ byteCount: Int) { count += byteCount }
}
