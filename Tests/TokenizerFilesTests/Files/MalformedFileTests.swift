import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerFiles

/// Files of every format, cut off anywhere or damaged: an error that names the file, or a tokenizer
/// that works; never a crash.
@Suite struct MalformedFileTests {
  private static let cases: [(source: String, format: TokenizerFormat)] = [
    ("byte-level", .gguf), ("word-pieces", .gguf), ("sentencepiece-bpe", .gguf),
    ("sentencepiece-unigram", .sentencePiece), ("sentencepiece-word", .sentencePiece),
    ("tiktoken", .tiktoken), ("tekken", .tekken), ("word-pieces", .wordPieceVocabulary),
    ("byte-level", .vocabularyAndMerges), ("unigram", .tokenizerJSON),
    ("word-level", .modelDirectory),
  ]

  private static let texts = ["the and\n é", "<s>", "a<x>"]

  /// Opens and uses what a directory holds; an error must be one of ours.
  private func open(_ directory: TemporaryDirectory, _ name: String) -> Bool {
    do {
      let tokenizer = try Tokenizer(contentsOf: directory.path)
      for text in Self.texts {
        if let ids = try? tokenizer.encode(text).ids { _ = try? tokenizer.decode(ids) }
      }
      return true
    } catch {
      #expect(
        error is FileError || error is JSONError || error is TokenizerFileError
          || error is TokenizerError, "\(name): \(error)")
      #expect(!"\(error)".isEmpty)
      return false
    }
  }

  @Test("Cut off at any point", arguments: cases.indices)
  func truncated(index: Int) throws {
    let (source, format) = Self.cases[index]
    let conversion = try TokenizerConversion(
      ConversionSources.definition(source), to: format, source: "x")
    let directory = try TemporaryDirectory()
    for file in conversion.files { try directory.write(file.name, file.bytes) }
    #expect(open(directory, source))
    for file in conversion.files.prefix(2) {
      // Every byte of the head, where counts and lengths stand, and points all over the rest.
      let points =
        Array(0..<min(200, file.bytes.count))
        + stride(from: 200, to: file.bytes.count, by: max(1, file.bytes.count / 150))
      for point in points {
        try FileSystem.removeTree(directory(file.name))
        try directory.write(file.name, file.bytes[..<point])
        _ = open(directory, file.name)
      }
      try FileSystem.removeTree(directory(file.name))
      try directory.write(file.name, file.bytes)
    }
  }

  @Test("Damaged at random", arguments: cases.indices)
  func damaged(index: Int) throws {
    let (source, format) = Self.cases[index]
    let conversion = try TokenizerConversion(
      ConversionSources.definition(source), to: format, source: "x")
    let directory = try TemporaryDirectory()
    for file in conversion.files { try directory.write(file.name, file.bytes) }
    var generator = SeededGenerator(seed: UInt64(index))
    for file in conversion.files.prefix(2) {
      for _ in 0..<250 {
        var bytes = file.bytes
        for _ in 0...Int.random(in: 0...2, using: &generator) {
          let place = Int.random(in: 0..<bytes.count, using: &generator)
          switch Int.random(in: 0..<4, using: &generator) {
          case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
          case 1: bytes[place] = [0x00, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
          case 2: bytes.insert(.random(in: 0...255, using: &generator), at: place)
          default: bytes.remove(at: place)
          }
        }
        try FileSystem.removeTree(directory(file.name))
        try directory.write(file.name, bytes)
        _ = open(directory, file.name)
      }
      try FileSystem.removeTree(directory(file.name))
      try directory.write(file.name, file.bytes)
    }
  }

  @Test("Counts and lengths that the file has no room for are refused before anything is made")
  func absurdCounts() throws {
    let directory = try TemporaryDirectory()
    let header = Array("GGUF".utf8) + [3, 0, 0, 0] + [UInt8](repeating: 0, count: 8)
    let huge: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]
    for bytes in [header + huge, header + [1] + [UInt8](repeating: 0, count: 7) + huge] {
      let path = try directory.write("x.gguf", bytes)
      #expect(throws: TokenizerFileError.self) { try TokenizerDefinition(contentsOf: path) }
      try FileSystem.removeTree(path)
    }
    let deep = String(repeating: "[", count: 100_000)
    let path = try directory.write("tokenizer.json", #"{"version":"1.0","model":"# + deep)
    #expect(throws: JSONError.self) { try TokenizerDefinition(contentsOf: path) }
  }
}
