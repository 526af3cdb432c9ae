import ByteIO
import LargeVocabularies
import Surgery
import TestSupport
import Testing
import Tokenization
import TokenizerFiles
import TokenizerTraining

/// A large vocabulary of the shipped example model.
struct GrownExample {
  let base: ModelDirectory
  let vocabulary: LargeVocabulary

  init(matching: LargeVocabulary.Matching = .words, threads: Int? = nil) throws {
    base = try ModelDirectory(PackageFiles.exampleBase)
    var settings = LargeVocabulary.Settings()
    settings.size = 3000
    settings.minimumFrequency = 1
    settings.matching = matching
    settings.threadCount = threads
    vocabulary = try LargeVocabulary(
      growing: base.tokenizer, corpus: Corpus(files: [PackageFiles.exampleText]),
      settings: settings)
  }

  static func text() throws -> String {
    String(decoding: try FileSystem.read(PackageFiles.exampleText).prefix(6000), as: UTF8.self)
  }
}

@Suite struct LargeVocabularyTests {
  @Test func `Old tokens keep their ids and new ones follow`() throws {
    let example = try GrownExample()
    let new = TokenizerVocabulary(example.vocabulary.definition)
    for id in example.base.vocabulary.ids {
      #expect(new.spelling(of: id) == example.base.vocabulary.spelling(of: id))
    }
    #expect(new.ids == (0..<3000).map { TokenID($0) })
    #expect(Int(example.vocabulary.firstNewID) == example.base.vocabulary.idBound)
  }

  @Test func `The number of threads does not matter`() throws {
    #expect(
      try GrownExample(threads: 1).vocabulary.definition
        == GrownExample(threads: 2).vocabulary.definition)
  }

  @Test(arguments: LargeVocabulary.Matching.allCases)
  func `A text is cut into the longest tokens from the left`(
    matching: LargeVocabulary.Matching
  ) throws {
    let example = try GrownExample(matching: matching)
    let definition = example.vocabulary.definition
    let tokenizer = try Tokenizer(definition)
    let spelling = TokenSpelling(definition, tokenizer.vocabulary)
    var ids: [[UInt8]: TokenID] = [:]
    for id in tokenizer.vocabulary.ids where tokenizer.vocabulary.added[id] == nil {
      ids[spelling.text(of: id) ?? []] = id
    }
    let longest = ids.keys.map(\.count).max() ?? 0
    let text = try GrownExample.text()
    // Words are where the base's own tokenizer cuts: no token of a base token reaches over them.
    let pieces: [[UInt8]]
    if matching == .text {
      pieces = [Array(text.utf8)]
    } else {
      let encoding = try Tokenizer(example.base.tokenizer).encode(text, addSpecialTokens: false)
      var words: [UInt32?: [UInt8]] = [:]
      for (index, word) in encoding.wordIDs.enumerated() {
        words[word, default: []] += Array(text.utf8)[encoding.offsets[index]]
      }
      pieces = words.sorted { ($0.key ?? 0) < ($1.key ?? 0) }.map(\.value)
    }
    var expected: [TokenID] = []
    for piece in pieces {
      var start = 0
      while start < piece.count {
        let ends = stride(from: min(start + longest, piece.count), to: start, by: -1)
        let end = try #require(ends.first { ids[Array(piece[start..<$0])] != nil })
        expected.append(try #require(ids[Array(piece[start..<end])]))
        start = end
      }
    }
    let found = try tokenizer.ids(of: text, addSpecialTokens: false)
    #expect(found == expected)
    #expect(try tokenizer.decode(found) == text)
  }

  @Test func `Longer tokens make shorter texts`() throws {
    let example = try GrownExample()
    let text = try GrownExample.text()
    let before = try Tokenizer(example.base.tokenizer).ids(of: text).count
    let after = try Tokenizer(example.vocabulary.definition).ids(of: text).count
    #expect(after < before * 9 / 10)
  }

  @Test func `The tokenizer survives its file`() throws {
    let definition = try GrownExample(matching: .text).vocabulary.definition
    let files = try TokenizerConversion(definition, to: .tokenizerJSON, source: "large")
    #expect(files.losses.isEmpty)
    let folder = try TemporaryDirectory()
    let path = try folder.write("tokenizer.json", files.files[0].bytes)
    #expect(try TokenizerDefinition(contentsOf: path) == definition)
  }

  @Test func `What is no byte-level byte-pair encoding cannot grow`() throws {
    let pieces = try TokenizerDefinition(contentsOf: PackageFiles.path("vocabs/graft-unigram-16k"))
    #expect(throws: LargeVocabularyError.notByteLevel) {
      try LargeVocabulary(growing: pieces, corpus: Corpus(files: []))
    }
  }
}
