internal import ArgumentParser
internal import Graft

/// A filter over lines of JSON: one object out for each line in, in order.
///
/// A line that cannot be processed becomes `{"error": …}` in its place, and the exit status is 1.
enum JSONLines {
  /// - Parameter transform: writes the object for a line.
  static func process(
    _ input: LineReader, _ transform: (JSON, inout JSONBytes) throws -> Void
  ) throws {
    let output = BufferedWriter.standardOutput()
    var hasFailed = false
    var number = 0
    var row = JSONBytes()
    while let line = try input.next() {
      number += 1
      row.removeAll()
      do {
        try transform(JSON(parsing: line, source: "line \(number)"), &row)
      } catch let error as FileError {
        throw error
      } catch {
        hasFailed = true
        row.removeAll()
        row.append(#"{"error":"#)
        row.append(string: "\(error)".utf8)
        row.append("}")
      }
      row.append("\n")
      try output.write(row.bytes)
    }
    try output.flush()
    if hasFailed { throw ExitCode.failure }
  }
}
