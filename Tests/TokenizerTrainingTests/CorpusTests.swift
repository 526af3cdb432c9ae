import ByteIO
import TestSupport
import Testing
import TokenizerTraining

@Suite struct CorpusTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func words(_ counts: WordCounts) -> [String] {
    (0..<counts.count).map {
      "\(String(decoding: counts.word(at: $0), as: UTF8.self)):\(counts.occurrences(at: $0))"
    }
  }

  private func count(
    _ files: [String], _ preset: PipelinePreset, _ format: Corpus.Format = .lines,
    threads: Int? = nil
  ) throws -> WordCounts {
    try Corpus(files: files, format: format).countWords(preset.pipeline, threadCount: threads)
  }

  @Test func `Each line is a text with its newline, and no line spans two files`() throws {
    let files = [
      try directory.write("1", "a b\r\n\na"), try directory.write("2", ""),
      try directory.write("3", "b\n"),
    ]
    #expect(try words(count(files, .none)) == ["a b\r\n:1", "\n:1", "a:1", "b\n:1"])
    #expect(try words(count(files, .whitespace)) == ["a:2", "b:2"])
  }

  @Test func `A document of JSON Lines is a text with the newlines in it`() throws {
    let file = try directory.write(
      "d.jsonl", "{\"text\":\"a\\nb\"}\n\n{\"id\":1,\"text\":\"\\u00e9\"}\n{\"text\":\"\"}")
    #expect(try words(count([file], .none, .jsonLines)) == ["a\nb:1", "é:1"])
  }

  @Test func `A line that is no document is an error at its place`() throws {
    let file = try directory.write("d.jsonl", "{\"text\":\"a\"}\n{\"texts\":1}\n")
    let error = #expect(throws: CorpusError.self) { try count([file], .none, .jsonLines) }
    #expect(error?.source == file && error?.offset == 13)
  }

  @Test func `Text that is no UTF-8 is an error with the file and the byte`() throws {
    let good = try directory.write("good", "fine\n")
    let long = [UInt8](repeating: UInt8(ascii: "\n"), count: 3_000_000)
    let bad = try directory.write("bad", long + Array("é".utf8) + [0xFF, 0x0A])
    let error = #expect(throws: CorpusError.self) { try count([good, bad], .whitespace) }
    #expect(error == CorpusError(source: bad, offset: 3_000_002, problem: .invalidUTF8))
    #expect(throws: FileError.self) { try count([directory("missing")], .none) }
  }

  @Test func `A character that ends a chunk is not cut`() throws {
    // Without a newline or a space the only places to cut are between characters.
    let text = String(repeating: "é☃", count: 1_200_000)
    let file = try directory.write("long", text)
    let counts = try count([file], .none)
    #expect(counts.count == 2 && counts.byteCount == text.utf8.count)
    for index in 0..<counts.count {
      #expect(String(validating: counts.word(at: index), as: UTF8.self) != nil)
    }
  }

  @Test(arguments: [Corpus.Format.lines, .jsonLines])
  func `Counts and their order do not depend on the number of threads`(
    _ format: Corpus.Format
  ) throws {
    var random = RandomText(seed: 9)
    var text = ""
    while text.utf8.count < 6_500_000 {
      let line = random.next(upTo: 400)
      text += format == .lines ? line + "\n" : "{\"text\":\(JSONText.string(line))}\n"
    }
    let file = try directory.write("text", text)
    let expected = try words(count([file], .gpt2, format, threads: 1))
    for threads in [2, 3, 7] {
      #expect(try words(count([file], .gpt2, format, threads: threads)) == expected)
    }
  }

  @Test func `What is dropped does not depend on the number of threads, and stays in the budget`()
    throws
  {
    var generator = SeededGenerator(seed: 4)
    var text = ""
    for _ in 0..<500_000 {
      let rank = 1 / Double.random(in: 0.00001..<1, using: &generator)
      text += "w\(Int(rank)) "
      if rank < 1.1 { text += "\n" }
    }
    let file = try directory.write("text", text)
    let budget = 200_000
    let corpus = Corpus(files: [file])
    let counts = try [1, 2, 5].map {
      try corpus.countWords(
        PipelinePreset.whitespace.pipeline, threadCount: $0, memoryBudget: budget)
    }
    #expect(counts[0].droppedWords > 0 && counts[0].memorySize <= budget)
    #expect(words(counts[0]).contains { $0.hasPrefix("w1:") })
    for other in counts {
      #expect(words(other) == words(counts[0]))
      #expect(other.droppedOccurrences == counts[0].droppedOccurrences)
    }
  }

  @Test func `What the progress throws ends the counting`() throws {
    struct Stop: Error {}
    let file = try directory.write("text", "a\n")
    #expect(throws: Stop.self) {
      try Corpus(files: [file]).countWords(PipelinePreset.none.pipeline) { _, _ in throw Stop() }
    }
  }
}
