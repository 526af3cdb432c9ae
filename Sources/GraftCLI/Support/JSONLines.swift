internal import ArgumentParser
internal import Graft

/// A filter over lines of JSON: one object out for each line in, in order.
///
/// A line that cannot be processed becomes `{"error": …}` in its place, and the exit status is 1.
enum JSONLines {
  static func process(_ input: LineReader, _ transform: (JSON) throws -> String) throws {
    let output = BufferedWriter.standardOutput()
    var hasFailed = false
    var number = 0
    while let line = try input.next() {
      number += 1
      do {
        try output.write(transform(JSON(parsing: line, source: "line \(number)")) + "\n")
      } catch let error as FileError {
        throw error
      } catch {
        hasFailed = true
        try output.write("{\"error\":\(JSONText.string("\(error)"))}\n")
      }
    }
    try output.flush()
    if hasFailed { throw ExitCode.failure }
  }
}
