import ByteIO
import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Normalization

/// Regular expressions mean what they mean in Oniguruma, the engine of the reference library.
@Suite struct RegularExpressionTests {
  private func matches(_ pattern: String, _ text: String) throws -> [String] {
    let regex = try RegularExpression(oniguruma: pattern)
    let bytes = Array(text.utf8)
    return try regex.matches(in: bytes[...]).map { String(decoding: bytes[$0], as: UTF8.self) }
  }

  // MARK: The reference

  /// Patterns in which graft knowingly differs from the reference.
  private static let differences: [String: String] = [:]

  @Test("Matches are where the reference library finds them, and refused patterns are refused")
  func agreesWithReference() throws {
    let path = PackageFiles.path("Tests/Fixtures/regular-expressions.jsonl")
    let rows = try JSONLines.parse(FileSystem.read(path), source: path)
    let texts = try rows[0].required("texts").elements.map { try $0.expectString() }
    #expect(rows.count > 200)
    for row in rows.dropFirst() {
      let pattern = try row.string("pattern")
      guard let matcher = try? TextMatcher(.regex(pattern)) else {
        #expect(row["error"] != nil, "refused `\(pattern)`")
        continue
      }
      guard let results = row["results"] else {
        Issue.record("accepted `\(pattern)`")
        continue
      }
      for (text, expected) in zip(texts, results.elements) {
        let found = try matcher.matches(in: Array(text.utf8)[...]).filter { !$0.isEmpty }
        let expectedMatches = try expected.required("matches").elements.map { range in
          let bounds = range.elements.compactMap(\.int)
          return bounds[0]..<bounds[1]
        }
        #expect(found == expectedMatches, "`\(pattern)` in \(text.debugDescription)")
        var aligned = AlignedText(text.utf8)
        try aligned.replace(matcher, with: "<>")
        #expect(
          String(decoding: aligned.bytes, as: UTF8.self) == expected["replaced"]?.string,
          "`\(pattern)` in \(text.debugDescription)")
      }
    }
  }
}
