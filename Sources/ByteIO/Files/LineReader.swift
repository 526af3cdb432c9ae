/// The lines of a file or of standard input, one at a time, however long the input is.
public final class LineReader {
  private let file: InputFile
  private var buffer: [UInt8] = []
  private var position = 0
  private var isAtEnd = false

  private static let chunkSize = 1 << 16

  /// Opens the file at `path`; standard input when it is `nil` or `-`.
  public init(_ path: String?) throws(FileError) {
    file = try InputFile(path)
  }

  /// The next line without its newline; `nil` at the end. A last line needs no newline.
  public func next() throws(FileError) -> [UInt8]? {
    var searched = position
    while true {
      if let newline = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { position = newline + 1 }
        return Array(buffer[position..<newline])
      }
      searched = buffer.count
      if isAtEnd {
        guard position < buffer.count else { return nil }
        defer { position = buffer.count }
        return Array(buffer[position...])
      }
      searched -= position
      try refill()
    }
  }

  /// Some bytes that have not been read yet, as they arrive; `nil` at the end.
  public func chunk() throws(FileError) -> [UInt8]? {
    if position == buffer.count, !isAtEnd { try refill() }
    guard position < buffer.count else { return nil }
    defer { position = buffer.count }
    return Array(buffer[position...])
  }

  /// Everything that has not been read yet.
  public func rest() throws(FileError) -> [UInt8] {
    while !isAtEnd { try refill() }
    defer { position = buffer.count }
    return Array(buffer[position...])
  }

  private func refill() throws(FileError) {
    buffer.removeSubrange(..<position)
    position = 0
    isAtEnd = try !file.readOnce(Self.chunkSize, into: &buffer)
  }
}
