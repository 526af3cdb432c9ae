import TestSupport
import Testing

@testable import Tokenization

/// Words that are cut once and kept, against a search over whole texts.
@Suite struct SpacedUnigramEngineTests {
  /// A model of random pieces of three letters, with scores of which many sums are almost equal.
  private func model(
    _ generator: inout SeededGenerator, magnitude: Float
  ) -> SentencePieceDefinition {
    var texts: Set<String> = ["▁", "a", "b"]
    while texts.count < 30 {
      let letters = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
        ["a", "b", "c"][Int.random(in: 0..<3, using: &generator)]
      }
      texts.insert((Bool.random(using: &generator) ? "▁" : "") + letters.joined())
    }
    var model = SentencePieceDefinition(
      pieces: [.init(text: Array("<unk>".utf8), score: 0, kind: .unknown)], algorithm: .unigram)
    model.pieces += texts.sorted().map { text in
      let length = Float(text.unicodeScalars.count)
      let noise = Float.random(in: 0...1e-4, using: &generator)
      return .init(text: Array(text.utf8), score: -magnitude * (length + noise), kind: .normal)
    }
    return model
  }

  private func ids(_ processor: SentencePieceProcessor, _ text: [UInt8]) -> [TokenID] {
    var scratch = EncodingScratch()
    text.withUnsafeBufferPointer { processor.appendIDs(of: $0, &scratch) }
    return Array(scratch.ids.elements)
  }

  /// From a magnitude on all scores are beyond what a word can be cut by itself for.
  @Test(arguments: [1, 100, 3000, 1e6] as [Float])
  func `Words late in a text are cut as rounding decides there`(magnitude: Float) throws {
    var generator = SeededGenerator(seed: 5)
    var differing = 0
    for _ in 0..<20 {
      let processor = try SentencePieceProcessor(model(&generator, magnitude: magnitude))
      let words = (0..<40).map { _ in
        (0..<Int.random(in: 1...20, using: &generator)).map { _ in
          ["a", "b", "c", "d"][Int.random(in: 0..<4, using: &generator)]
        }.joined()
      }
      let text = (0..<2000).map { _ in words[Int.random(in: 0..<40, using: &generator)] }
      let whole = Array(text.joined(separator: " ").utf8)
      let search = try #require(processor.search)
      var score: Float = 0
      let parts = search.parts(of: processor.normalizer.normalize(whole).bytes, score: &score)
      var expected: [TokenID] = []
      // Unknown characters side by side are one token.
      for part in parts where part.id != 0 || expected.last != 0 { expected.append(part.id) }
      #expect(ids(processor, whole) == expected)
      if text.flatMap({ ids(processor, Array($0.utf8)) }) != expected { differing += 1 }
    }
    // The texts are such that rounding does decide.
    if magnitude >= 100 { #expect(differing > 0) }
  }
}
