internal import ByteIO
internal import Glibc
internal import TestSupport
internal import Testing
internal import Tokenization
internal import TokenizerFiles

/// Cuts of a text are drawn with the probabilities that the papers give them.
@Suite struct SamplingTests {
  static func fixture(_ name: String) throws -> Tokenizer {
    try Tokenizer(contentsOf: PackageFiles.path("Tests/Fixtures/sampling/\(name)"))
  }

  /// A unigram model in a `tokenizer.json`, with the given pieces.
  private func unigram(_ pieces: [(String, Double)]) throws -> Tokenizer {
    var model = UnigramDefinition(
      vocabulary: Vocabulary(
        pieces.enumerated().map { (Array($0.element.0.utf8), TokenID($0.offset)) }),
      scores: pieces.map(\.1))
    model.unknownID = 0
    return try Tokenizer(
      TokenizerDefinition(preTokenizer: .whitespaceSplit, model: .unigram(model)))
  }

  /// Pearson's statistic of counts against probabilities.
  private func chiSquare(_ counts: [[TokenID]: Int], _ probabilities: [[TokenID]: Double]) -> Double
  {
    let total = Double(counts.values.reduce(0, +))
    return probabilities.reduce(0) { sum, entry in
      let expected = total * entry.value
      let difference = Double(counts[entry.key] ?? 0) - expected
      return sum + difference * difference / expected
    }
  }

  private func counts(
    _ tokenizer: Tokenizer, _ text: String, _ sampling: TokenSampling, draws: Int = 20_000
  ) throws -> [[TokenID]: Int] {
    var generator = SplitMix64(seed: 7)
    var counts: [[TokenID]: Int] = [:]
    for _ in 0..<draws {
      let ids = try tokenizer.sample(
        text, sampling, addSpecialTokens: false, using: &generator
      ).ids
      counts[ids, default: 0] += 1
    }
    return counts
  }

  /// The probabilities of ways with these scores, to the power of alpha.
  private func probabilities(
    _ ways: [(encoding: Encoding, score: Double)], alpha: Double
  ) -> [[TokenID]: Double] {
    var result: [[TokenID]: Double] = [:]
    for way in ways { result[way.encoding.ids, default: 0] += exp(alpha * way.score) }
    let sum = result.values.reduce(0, +)
    return result.mapValues { $0 / sum }
  }

  @Test(
    "Unigram samples have the probabilities of all ways", arguments: [Float(0.1), 0.5, 1.0])
  func sampling(alpha: Float) throws {
    let pieces = [
      ("<unk>", 0.0), ("a", -1.0), ("b", -1.5), ("ab", -2.0), ("ba", -2.2), ("aba", -3.0),
    ]
    for tokenizer in [try unigram(pieces)] {
      for text in ["abab", "aba ab"] {
        let all = try tokenizer.nBest(text, count: 1000, addSpecialTokens: false)
        let expected = probabilities(all, alpha: Double(alpha))
        let counts = try counts(tokenizer, text, .unigram(alpha: alpha))
        #expect(Set(counts.keys).isSubset(of: Set(expected.keys)))
        // Far out in the tail for these few degrees of freedom.
        #expect(chiSquare(counts, expected) < 3 * Double(expected.count) + 20)
      }
    }
    let tokenizer = try Self.fixture("unigram.model")
    let all = try tokenizer.nBest("that", count: 1000, addSpecialTokens: false)
    let expected = probabilities(all, alpha: Double(alpha)).filter { $0.value > 1e-3 }
    let counts = try counts(tokenizer, "that", .unigram(alpha: alpha))
    #expect(chiSquare(counts, expected) < 3 * Double(expected.count) + 20)
  }

  @Test("Samples among the best have their probabilities")
  func samplingAmongBest() throws {
    let tokenizer = try Self.fixture("unigram.model")
    let best = try tokenizer.nBest("the cat", count: 4, addSpecialTokens: false)
    let counts = try counts(tokenizer, "the cat", .nBest(4, alpha: 0.2))
    #expect(chiSquare(counts, probabilities(best, alpha: 0.2)) < 30)
  }

  @Test("The best ways, their order and their scores are sentencepiece's")
  func nBest() throws {
    let tokenizer = try Self.fixture("unigram.model")
    let path = PackageFiles.path("Tests/Fixtures/sampling/nbest.jsonl")
    for golden in try JSONLines.parse(FileSystem.read(path), source: path) {
      let text = try golden.string("text")
      let best = try tokenizer.nBest(text, count: 10, addSpecialTokens: false)
      let expected = try golden.required("ids").elements.map { $0.elements.compactMap(\.int) }
      #expect(best.map { $0.encoding.ids.map(Int.init) } == expected, "\(text)")
      let scores = try golden.required("scores").elements.compactMap(\.double)
      #expect(zip(best, scores).allSatisfy { abs($0.score - $1) <= 1e-6 * abs($1) }, "\(text)")
    }
  }

  @Test("The best ways of several words are those of all combinations")
  func combinations() throws {
    let tokenizer = try unigram([
      ("<unk>", 0.0), ("a", -1.1), ("b", -1.37), ("ab", -2.03), ("ba", -2.91), ("aab", -3.3),
    ])
    let all = try tokenizer.nBest("aab ba ab aab", count: 100_000)
    // Of aab there are a+a+b, a+ab and aab; of ba and ab two each.
    #expect(all.count == 3 * 2 * 2 * 3)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.score >= $1.score - 1e-9 })
    #expect(Set(all.map(\.encoding.ids)).count == all.count)
    let few = try tokenizer.nBest("aab ba ab aab", count: 7)
    #expect(zip(few, all).allSatisfy { abs($0.score - $1.score) < 1e-9 })
    #expect(try few[0].encoding.ids == tokenizer.encode("aab ba ab aab").ids)
  }

  @Test("Dropout 0 changes nothing, dropout 1 leaves the smallest tokens")
  func dropoutEnds() throws {
    let tokenizer = try ManyTokenizers.open("example-base")
    let model = try Self.fixture("bpe.model")
    var generator = SplitMix64(seed: 1)
    for text in ["In the beginning", "naïve 你好", "the cat sat<sep>"] {
      for tokenizer in [tokenizer, model] {
        let none = try tokenizer.sample(text, .dropout(0), using: &generator)
        #expect(try none == tokenizer.encode(text))
      }
      let all = try tokenizer.sample(
        text, .dropout(1), addSpecialTokens: false, using: &generator)
      #expect(all.count == text.utf8.count)
    }
    let all = try model.sample("the cat", .dropout(1), addSpecialTokens: false, using: &generator)
    #expect(all.tokens.map { String(decoding: $0, as: UTF8.self) }.joined() == "▁the▁cat")
    #expect(all.count == 8)
  }

  @Test("Dropout draws merges as the reference's queue does")
  func dropoutDistribution() throws {
    // "abc" with the merges ab, then bc, then abc from either side.
    let tokens = ["a", "b", "c", "ab", "bc", "abc"]
    let merges: [(TokenID, TokenID, TokenID)] = [(0, 1, 3), (1, 2, 4), (3, 2, 5), (0, 4, 5)]
    let model = BPEDefinition(
      vocabulary: Vocabulary(
        tokens.enumerated().map { (Array($0.element.utf8), TokenID($0.offset)) }),
      merges: merges.map { BPEDefinition.Merge(left: $0.0, right: $0.1, result: $0.2) })
    let tokenizer = try Tokenizer(TokenizerDefinition(model: .bpe(model)))
    let p = 0.3
    let counts = try counts(tokenizer, "abc", .dropout(Float(p)))
    let nothing = p * p
    #expect(Set(counts.keys) == [[0, 1, 2], [3, 2], [0, 4], [5]])
    // After ab the queue holds bc, which is stale, and then ab+c. Drawn in that order, ab+c comes last:
    // it is made unless it is passed over, and nothing follows to bring it back.
    let afterFirst = 1 - p
    // After bc (ab was passed over and is back): ab is stale and comes first, then a+bc.
    let afterSecond = p * (1 - p)
    let expected: [[TokenID]: Double] = [
      [0, 1, 2]: nothing, [3, 2]: afterFirst * p, [0, 4]: afterSecond * p,
      [5]: (afterFirst + afterSecond) * (1 - p),
    ]
    #expect(chiSquare(counts, expected) < 25)
  }

  @Test("Equal seeds give equal tokens, whatever was encoded before")
  func isReproducible() throws {
    let tokenizer = try ManyTokenizers.open("example-base")
    func draw() throws -> [[TokenID]] {
      var generator = SplitMix64(seed: 42)
      return try (0..<5).map { _ in
        try tokenizer.sample("In the beginning God", .dropout(0.2), using: &generator).ids
      }
    }
    let first = try draw()
    _ = try tokenizer.encode("In the beginning God")
    #expect(try draw() == first)
    #expect(Set(first).count > 1)
    for ids in first { #expect(try tokenizer.decode(ids) == tokenizer.decode(first[0])) }
  }

  @Test("A file's dropout is there to be asked for and changes no encoding")
  func storedDropout() throws {
    var definition = try ManyTokenizers.open("example-base").definition
    guard case .bpe(var model) = definition.model else { return }
    let text = "In the beginning God created"
    let ids = try Tokenizer(definition).encode(text).ids
    model.dropout = 0.5
    definition.model = .bpe(model)
    let tokenizer = try Tokenizer(definition)
    #expect(tokenizer.storedSampling == .dropout(0.5))
    #expect(try tokenizer.encode(text).ids == ids)
  }

  @Test("Sampling that does not suit the model is refused")
  func refuses() throws {
    var generator = SplitMix64(seed: 0)
    let merging = try ManyTokenizers.open("example-base")
    let unigram = try Self.fixture("unigram.model")
    #expect(throws: TokenizerError.self) {
      try merging.sample("a", .unigram(alpha: 1), using: &generator)
    }
    #expect(throws: TokenizerError.self) {
      try unigram.sample("a", .dropout(0.1), using: &generator)
    }
    #expect(throws: TokenizerError.self) { try merging.nBest("a", count: 2) }
  }
}
