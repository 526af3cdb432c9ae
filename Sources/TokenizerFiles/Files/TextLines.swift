internal import ByteIO

/// The lines of a text file in memory.
struct TextLines {
  /// One line without its end.
  struct Line {
    /// Counted from 1.
    var number: Int
    var text: ArraySlice<UInt8>
  }

  /// Calls `body` with every line; `\n` and `\r\n` end one. An end after the last line adds none.
  static func forEach<Failure: Error>(
    in bytes: [UInt8], _ body: (Line) throws(Failure) -> Void
  ) throws(Failure) {
    var start = 0
    var number = 0
    while start < bytes.count {
      let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
      var end = newline ?? bytes.count
      let next = end + 1
      while end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
      number += 1
      try body(Line(number: number, text: bytes[start..<end]))
      start = next
    }
  }

  /// The first lines that are not empty.
  static func first(_ count: Int, of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    // A file that is not text has no short lines.
    let head = Array(bytes.prefix(1 << 16))
    forEach(in: head) { if !$0.text.isEmpty, result.count < count { result.append($0.text) } }
    return result
  }

  /// - Throws: `TokenizerFileError` with the line of the first byte that is not UTF-8.
  static func checkUTF8(_ bytes: [UInt8], source: String) throws(TokenizerFileError) {
    guard let offset = UTF8Validation.firstInvalidByte(in: bytes[...]) else { return }
    let line = bytes[..<offset].count { $0 == UInt8(ascii: "\n") } + 1
    throw TokenizerFileError(
      source: source, place: .line(line), message: "the text is not UTF-8; convert it first")
  }
}

extension ArraySlice<UInt8> {
  /// The parts between spaces, empty ones included.
  var columns: [ArraySlice<UInt8>] {
    split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
  }
}
