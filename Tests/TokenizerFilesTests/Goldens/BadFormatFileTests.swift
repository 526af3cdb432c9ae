internal import ByteIO
internal import TestSupport
internal import Testing
internal import Tokenization
internal import TokenizerFiles

@Suite("Damaged files")
struct BadFormatFileTests {
  static let kinds: Set = ["merges", "vocab", "tiktoken", "tekken", "spm", "gguf", "gzip"]

  @Test(
    "What the reference collection calls an error is an error that names the file; controls open",
    .enabled(if: ReferenceFiles.areAvailable, Comment(rawValue: ReferenceFiles.hint)))
  func refuses() throws {
    let notes = try FileSystem.read(ReferenceFiles.path("bad/notes.jsonl"))
    var count = 0
    for line in notes.split(separator: UInt8(ascii: "\n")) {
      let note = try JSON(parsing: Array(line), source: "notes.jsonl")
      guard let kind = note["kind"]?.string, Self.kinds.contains(kind) else { continue }
      let name = try note.string("file")
      let path = ReferenceFiles.path("bad/\(name)")
      count += 1
      do {
        _ = try TokenizerDefinition(contentsOf: path)
        #expect(note["expect"]?.string != "error", "\(name) was accepted")
      } catch {
        #expect(note["expect"]?.string != "ok", "\(name): \(error)")
        #expect("\(error)".contains(name), "\(error)")
      }
    }
    #expect(count > 40)
  }

  @Test(
    "An error says what is wrong and where",
    arguments: [
      ("tiktoken_bad_base64.tiktoken", "the token is not base64 (in line 257)"),
      ("merges_one_column.txt", "a merge must be two tokens with one space between (in line 3)"),
      ("vocab_latin1.txt", "the text is not UTF-8; convert it first (in line 2)"),
      ("gguf_big_endian.gguf", "the file is big-endian"),
      ("gguf_truncated.gguf", "the file ends too early"),
      ("spm_nan_score.model", "the score of piece 6 is not finite"),
      ("tekken_bad_rank.json", "`vocab[1]` must have the rank 1"),
    ])
  func explains(name: String, message: String) throws {
    guard ReferenceFiles.areAvailable else { return }
    let error = #expect(throws: (any Error).self) {
      try TokenizerDefinition(contentsOf: ReferenceFiles.path("bad/\(name)"))
    }
    #expect("\(try #require(error))".contains(message))
  }
}
