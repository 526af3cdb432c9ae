import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import DynamicMerging

@Suite struct MergeOrderTests {
  /// A tokenizer whose tokens random sequences are made of.
  private let tokenizer: Tokenizer
  private let vocabulary: MergeVocabulary

  init() throws {
    tokenizer = try Tokenizer(contentsOf: PackageFiles.exampleBase)
    vocabulary = MergeVocabulary(tokenizer)
  }

  private func merges(_ merging: BatchMerging) -> [FullRecount.Merge] {
    merging.merges.map { merge in
      func bytes(_ part: BatchMerge.Part) -> [UInt8] {
        switch part {
        case .surface(let bytes): return bytes
        case .result(let rank):
          let maker = merging.merge(rank - 1)
          return bytes(maker.left) + bytes(maker.right)
        }
      }
      return FullRecount.Merge(
        left: bytes(merge.left), right: bytes(merge.right), count: merge.count,
        replaced: merge.replaced)
    }
  }

  private func tokens(_ merging: BatchMerging, after count: Int) -> [[Range<Int>]] {
    (0..<merging.sequences.count).map { index in
      var tokens: [Range<Int>] = []
      merging.forEachToken(ofSequence: index, after: count) { tokens.append($0) }
      return tokens
    }
  }

  /// Random sequences of few tokens in random pieces, full of pairs that are equally frequent.
  private func randomBatch(_ generator: inout SeededGenerator, _ ids: [TokenID]) -> [BaseSequence] {
    let kinds = Array(
      ids.shuffled(using: &generator).prefix(Int.random(in: 1...4, using: &generator)))
    return (0..<Int.random(in: 0...5, using: &generator)).map { _ in
      let count = Int.random(in: 0...24, using: &generator)
      let tokens = (0..<count).map { _ in kinds.randomElement(using: &generator) ?? 0 }
      var piece: UInt32 = 0
      let pieces = tokens.map { _ -> UInt32? in
        if Int.random(in: 0..<6, using: &generator) == 0 { piece += 1 }
        return piece
      }
      return BaseSequence(
        ids: tokens, offsets: tokens.indices.map { $0..<($0 + 1) }, pieces: pieces)
    }
  }

  @Test func `Merges are those of a full recount, whatever ties there are`() throws {
    var generator = SeededGenerator(seed: 2411)
    // Letters and what they spell together, so that merges make tokens that are there already.
    let ids = ["a", "e", "ea", "ae", "i", "in", "n", "ing", "Ġ", "Ġa", "<s>"].compactMap {
      tokenizer.vocabulary.id(of: $0)
    }
    #expect(ids.count > 6)
    let merger = try DynamicMerger(tokenizer)
    for _ in 0..<3000 {
      let batch = randomBatch(&generator, ids)
      var reference = FullRecount(vocabulary) { sequence, left, right in
        batch[sequence].pieces[left.lowerBound] == batch[sequence].pieces[right.lowerBound]
      }
      reference.run(batch)
      let merging = try merger.merges(of: batch)
      try #require(merges(merging) == reference.merges)
      #expect(tokens(merging, after: merging.mergeCount) == reference.tokens)
      let count = Int.random(in: 0...merging.mergeCount, using: &generator)
      reference.run(batch, limit: count)
      #expect(tokens(merging, after: count) == reference.tokens)
      #expect(merging.length(after: count) == reference.tokens.reduce(0) { $0 + $1.count })
      #expect(try merges(merger.merges(of: batch, limit: count)) == reference.merges)
    }
  }

  @Test(arguments: MergeBoundary.allCases)
  func `On text merges are those of a full recount within every boundary`(
    _ boundary: MergeBoundary
  ) throws {
    let text = String(
      decoding: try FileSystem.read(PackageFiles.exampleText).prefix(3000), as: UTF8.self)
    let texts =
      text.split(separator: "\n").map(String.init) + [
        "don't -- (well-known), 3.14! \"Yes.\" No…  tabs\t\tand\n\n\nlines \n\n", "", "aaaaaaaaaaa",
        "日本語。「はい。」次 ❤️🏽 café\u{301} e\u{301}\u{3000}x",
      ]
    let batch = try tokenizer.encodeBatch(texts).map { BaseSequence($0) }
    let merger = try DynamicMerger(tokenizer, boundary: boundary)
    var reference = FullRecount(
      vocabulary, mayMerge: try rule(boundary, batch))
    reference.run(batch)
    let merging = try merger.merges(of: batch)
    #expect(merges(merging) == reference.merges)
    #expect(tokens(merging, after: merging.mergeCount) == reference.tokens)
    if boundary != .isolatedPretoken, boundary != .hyphenatedWord {
      #expect(
        merging.length(after: .max) == batch.reduce(0) { $0 + merger.runStarts(of: $1).count })
    }
  }

  /// The boundaries as their documentation states them.
  private func rule(
    _ boundary: MergeBoundary, _ batch: [BaseSequence]
  ) throws -> (Int, Range<Int>, Range<Int>) -> Bool {
    let vocabulary = vocabulary
    func surface(_ sequence: Int, _ range: Range<Int>) -> [UInt8] {
      batch[sequence].ids[range].flatMap { vocabulary.surface(of: $0) }
    }
    let words = try PreTokenizedWords(tokenizer.definition.preTokenizer)
    let runs = RunFinder(boundary, tokenizer, vocabulary)
    let starts = batch.map { sequence in
      var starts: Set<Int> = []
      runs.forEachRun(in: sequence) { starts.insert($0.lowerBound) }
      return starts
    }
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x09 }
    func isPunctuation(_ bytes: [UInt8]) -> Bool {
      bytes.allSatisfy { "!\"#%&'()*,-./:;?@[\\]_{}".utf8.contains($0) }
    }
    return { index, left, right in
      switch boundary {
      case .pretoken:
        return batch[index].pieces[left.lowerBound] == batch[index].pieces[right.lowerBound]
      case .word, .sentence: return !starts[index].contains(right.lowerBound)
      case .hyphenatedWord:
        let (before, after) = (surface(index, left), surface(index, right))
        return !starts[index].contains(right.lowerBound)
          && (!isPunctuation(after) || isPunctuation(before) || after == [0x2D])
      case .isolatedPretoken:
        let text = surface(index, left) + surface(index, right)
        if text.dropFirst().contains(where: isSpace),
          !text.allSatisfy(isSpace) || text == [0x0A, 0x0A]
        {
          return false
        }
        guard String(validating: text, as: UTF8.self) != nil else { return true }
        return (try? words.words(of: text, keepsSeparators: false).count) == 1
      }
    }
  }
}
