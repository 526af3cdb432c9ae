internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization

@testable internal import TokenizerFiles

@Suite("Merges files")
struct MergesFileTests {
  private let vocabulary = #"{"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4}"#
  private let spec = #"{"skeleton": {"model": {"unk_token": null}}}"#

  private func open(_ merges: String, named name: String = "merges.txt") throws -> [[TokenID]] {
    let directory = try TemporaryDirectory()
    try directory.write("vocab.json", vocabulary)
    try directory.write(name, merges)
    let definition = try TokenizerDefinition(
      contentsOf: directory.path,
      spec: TokenizerSpec(JSON(parsing: Array(spec.utf8), source: "spec")))
    guard case .bpe(let model) = definition.model else { return [] }
    return model.merges.map { [$0.left, $0.right, $0.result] }
  }

  @Test(
    "Line ends and a version line make no difference",
    arguments: [
      "a b\nab c\n", "a b\r\nab c\r\n", "#version: 0.2\na b\nab c",
      "#version: 0.2\r\n\r\na b\r\nab c",
    ])
  func reads(merges: String) throws {
    #expect(try open(merges) == [[0, 1, 3], [3, 2, 4]])
    #expect(try open(merges, named: "tiny_merges.txt") == [[0, 1, 3], [3, 2, 4]])
  }

  @Test(
    "A bad line is an error with its number",
    arguments: [
      ("a b\nab\n", 2), ("a b\n\na b c\n", 3), ("a b\na  b\n", 2), ("a b\nx y\n", 2), ("b c\n", 1),
      ("#version: 0.2\na\u{0} b\n", 2),
    ])
  func refuses(merges: String, line: Int) throws {
    let error = #expect(throws: TokenizerFileError.self) { try open(merges) }
    #expect(error?.place == .line(line))
  }

  @Test("Merges alone imply the vocabulary of GPT-2's code")
  func impliesVocabulary() throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write("merges.txt", "#version: 0.2\na b\nab c\n")
    let definition = try TokenizerDefinition(contentsOf: path)
    let vocabulary = definition.model.vocabulary
    #expect(vocabulary.count == 258)
    #expect(vocabulary.id(of: Array("!".utf8)) == 0)
    #expect(vocabulary.id(of: Array("Ġ".utf8)) == 220)
    #expect(vocabulary.id(of: Array("abc".utf8)) == 257)
  }
}
