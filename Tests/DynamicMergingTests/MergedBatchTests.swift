import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import DynamicMerging

@Suite struct MergedBatchTests {
  private func tokenizer() throws -> Tokenizer {
    try Tokenizer(contentsOf: PackageFiles.exampleBase)
  }

  @Test func `A merged token has the bytes, the offsets and the word of its parts`() throws {
    let texts = ["Unbelievably, unbelievably good", "naïve café — “unbelievably”", ""]
    let merger = try DynamicMerger(tokenizer())
    let merging = try merger.merges(of: texts, addSpecialTokens: false)
    for count in [0, 1, 5, merging.mergeCount] {
      let batch = merging.batch(after: count)
      for (index, text) in texts.enumerated() {
        let (base, merged) = (merging.sequences[index], batch.sequences[index])
        var ids: [TokenID] = []
        for token in 0..<merged.count {
          let range = merged.baseTokens(of: token)
          ids += base.ids[range]
          #expect(merged.wordIDs[token] == base.wordIDs[range.lowerBound])
          #expect(merged.offsets[token].lowerBound == base.offsets[range.lowerBound].lowerBound)
          #expect(merged.offsets[token].upperBound == base.offsets[range.upperBound - 1].upperBound)
          let bytes = Array(Array(text.utf8)[merged.offsets[token]])
          guard range.count > 1, count == merging.mergeCount else { continue }
          switch batch.units[Int(merged.units[token])] {
          case .surface(let surface): #expect(surface == bytes)
          case .token(let id):
            #expect(Array(merger.tokenizer.vocabulary.spelling(of: id) ?? []).count >= bytes.count)
          }
        }
        #expect(ids == base.ids)
        #expect(try merger.tokenizer.decode(ids) == text)
      }
    }
    #expect(merging.batch(after: merging.mergeCount).sequences[0].count == 4)
    #expect(merging.reduction(after: 0) == 0 && merging.reduction(after: .max) == 100)
    for percent in [0, 1, 30, 50, 99.5, 100] {
      let count = merging.mergeCount(forReduction: percent)
      #expect(merging.reduction(after: count) >= percent)
      #expect(count == 0 || merging.reduction(after: count - 1) < percent)
    }
  }

  @Test func `Labels stand on the first token of a word`() throws {
    let base = BaseSequence(
      ids: [100, 101, 102, 103], offsets: [0..<1, 1..<2, 2..<3, 3..<4], pieces: [0, 0, 1, 2],
      wordIDs: [0, 0, 0, 1])
    let merging = try DynamicMerger(tokenizer()).merges(of: [base])
    let merged = merging.batch(after: .max).sequences[0]
    #expect(merged.wordIDs == [0, 0, 1])
    #expect(merged.labels(ofWords: [7, 8]) == [7, -100, 8])
    #expect(merged.labels(ofWords: [7]) == [7, -100, -100])
  }

  @Test func `Special and added tokens never merge`() throws {
    let tokenizer = try tokenizer()
    let special = try #require(tokenizer.vocabulary.added.keys.min())
    let letter = try #require(tokenizer.vocabulary.id(of: "a"))
    let ids = [special, letter, special, letter, letter, special, special]
    let base = BaseSequence(
      ids: ids, offsets: ids.indices.map { $0..<($0 + 1) }, pieces: ids.map { _ in 0 })
    for boundary in MergeBoundary.allCases {
      let merging = try DynamicMerger(tokenizer, boundary: boundary).merges(of: [base])
      #expect(merging.merges.map(\.count) == [1], "\(boundary)")
      #expect(merging.length(after: .max) == 6)
    }
  }

  @Test func `A letter repeated a hundred thousand times merges in a few rounds`() throws {
    let merger = try DynamicMerger(tokenizer())
    let merging = try merger.merges(
      of: [String(repeating: "e", count: 100_000)], addSpecialTokens: false)
    #expect(merging.length(after: .max) == 1 && merging.mergeCount < 60)
    // Long surfaces are told by the merge that made them, which each merge does here for the next.
    let long = merging.merges.filter {
      if case .result = $0.left { true } else { false }
    }
    #expect(long.count > 3 && long.allSatisfy { $0.rank > 3 })
    #expect(long.contains { $0.left == .result(of: $0.rank - 1) })
    let pairs = try merger.merges(
      of: [String(repeating: "xy", count: 50_000)], addSpecialTokens: false)
    #expect(pairs.length(after: .max) == 1 && pairs.mergeCount < 60)
  }

  @Test func `Word tokenizers are refused`() throws {
    let words = try Tokenizer(TokenizerDefinition(named: "words:hat", warn: { _ in }))
    #expect(throws: MergeError.noSurfaces) { try DynamicMerger(words) }
  }

  @Test(
    .enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)"),
    arguments: [
      "gpt2-hf/tokenizer.json", "bert-uncased/vocab.txt", "bert-multilingual-cased/vocab.txt",
      "t5-small-hf/tokenizer.json", "llama2-spm/tokenizer.model", "phi-3-medium-hf/tokenizer.json",
      "xlmr-unigram-ar30k-hf/tokenizer.json", "albert-hf/tokenizer.json",
      "clip-hf/tokenizer.json", "falcon-hf/tokenizer.json", "t5-spm/spiece.model",
    ])
  func `Every kind of tokenizer merges to one token per pre-token`(_ name: String) throws {
    let path = ReferenceFiles.path("tokenizers/" + name)
    let tokenizer = try Tokenizer(contentsOf: FileSystem.isFile(path) ? path : path + ".gz")
    let texts = try ["man_de", "man_ja", "tmpl_hi", "man_ru"].map {
      String(decoding: try ReferenceFiles.read("texts/docs/\($0).txt").prefix(900), as: UTF8.self)
    }
    let merger = try DynamicMerger(tokenizer)
    let merging = try merger.merges(of: texts)
    let runs = merging.sequences.reduce(0) { $0 + merger.runStarts(of: $1).count }
    #expect(merging.length(after: .max) == runs)
    #expect(runs < merging.length(after: 0))
    for (base, merged) in zip(merging.sequences, merging.batch(after: .max).sequences) {
      #expect(merged.starts.last == Int32(base.count))
      #expect(merged.offsets.allSatisfy { $0.lowerBound <= $0.upperBound })
      // Where the tokenizer has pieces, no token reaches over the end of one.
      if case .sentencePiece = tokenizer.definition.model { continue }
      for token in 0..<merged.count {
        let range = merged.baseTokens(of: token)
        #expect(Set(base.pieces[range]).count == 1)
      }
    }
  }
}
