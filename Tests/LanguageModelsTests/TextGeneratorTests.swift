import ByteIO
import LanguageModels
import TestSupport
import Testing
import Tokenization

@Suite struct TextGeneratorTests {
  /// A text that transformers went on with; made by `tools/make_generation_goldens.py`.
  struct Golden {
    let model: String
    let ids: [TokenID]
    let penalty: Float
    let ends: Set<TokenID>
    let next: [TokenID]

    init(_ json: JSON) throws {
      func ids(_ key: String) throws -> [TokenID] {
        try json.required(key).expectArray().compactMap { $0.int.map(TokenID.init) }
      }
      model = try #require(json.required("model").string)
      self.ids = try ids("ids")
      penalty = Float(try #require(json.required("penalty").double))
      ends = Set(try ids("ends"))
      next = try ids("next")
    }

    /// `nil` where the model is not there.
    var path: String? {
      let candidates = [PackageFiles.path("vocabs/" + model), ModelFiles.path(model)]
      return candidates.first { FileSystem.isDirectory($0) }
    }
  }

  private let goldens: [Golden]

  init() throws {
    let file = PackageFiles.path("Tests/Fixtures/generation.jsonl")
    goldens = try JSONLines.parse(FileSystem.read(file), source: file).map(Golden.init)
  }

  @Test func `The most probable tokens are those of transformers`() throws {
    for golden in goldens {
      guard let path = golden.path else { continue }
      var generator = TextGenerator(try LanguageModel(path), ends: golden.ends)
      generator.rules.repetitionPenalty = golden.penalty
      generator.rules.endBias = -.infinity
      #expect(
        try generator.tokens(after: golden.ids, limit: golden.next.count) == golden.next,
        "\(golden.model)")
    }
  }

  @Test func `A text ends before the token that ends it, and at the limit`() throws {
    let golden = try #require(goldens.first { $0.path != nil })
    let model = try LanguageModel(golden.path ?? "")
    let end = golden.next[5]
    let generator = TextGenerator(model, ends: [end])
    let expected = golden.next.prefix { $0 != end }
    #expect(try generator.tokens(after: golden.ids, limit: 40) == Array(expected))
    #expect(try generator.tokens(after: golden.ids, limit: 0).isEmpty)
  }

  @Test func `Equal seeds give equal texts, and other seeds others`() throws {
    var generator = TextGenerator(try LanguageModel(PackageFiles.exampleBase))
    generator.rules.temperature = 1
    let texts = try [UInt64(1), 2, 1].map { seed in
      generator.seed = seed
      return try generator.tokens(after: [0], limit: 20)
    }
    #expect(texts[0] == texts[2] && texts[0] != texts[1])
  }
}

@Suite struct SamplingRulesTests {
  private let candidates = [
    Candidate(token: 4, logit: 1), Candidate(token: 2, logit: 2), Candidate(token: 9, logit: -1),
    Candidate(token: 1, logit: 2),
  ]

  private func chosen(
    _ rules: SamplingRules, seen: Set<TokenID> = [], draws: Int = 1
  ) -> [TokenID: Int] {
    var generator = SplitMix64(seed: 1)
    var counts: [TokenID: Int] = [:]
    for _ in 0..<draws {
      let token = rules.choose(among: candidates, seen: seen, ends: [9], using: &generator)
      counts[token, default: 0] += 1
    }
    return counts
  }

  @Test func `Without a temperature the most probable token is taken, the lower of two`() {
    #expect(chosen(SamplingRules()) == [1: 1])
  }

  @Test func `A penalty counts against what was seen, whatever its sign`() {
    var rules = SamplingRules()
    rules.repetitionPenalty = 4
    #expect(chosen(rules, seen: [1, 2]) == [4: 1])
    rules.endBias = 2.5
    #expect(chosen(rules, seen: [1, 2]) == [9: 1])
    #expect(chosen(rules, seen: [1, 2, 9]) == [4: 1])
  }

  @Test func `Draws follow the probabilities`() {
    var rules = SamplingRules()
    rules.temperature = 1
    let counts = chosen(rules, draws: 20_000)
    let weights: [TokenID: Double] = [1: 7.389, 2: 7.389, 4: 2.718, 9: 0.368]
    let total = weights.values.reduce(0, +)
    for (token, weight) in weights {
      #expect(abs(Double(counts[token] ?? 0) / 20_000 - weight / total) < 0.015)
    }
  }

  @Test func `Only the most probable are drawn from, and none that is too improbable`() {
    var rules = SamplingRules()
    rules.temperature = 1
    rules.mostProbable = 3
    #expect(Set(chosen(rules, draws: 500).keys) == [1, 2, 4])
    rules.leastProbability = 0.5
    #expect(Set(chosen(rules, draws: 500).keys) == [1, 2])
    rules.leastProbability = 1
    rules.mostProbable = nil
    #expect(Set(chosen(rules, draws: 500).keys) == [1, 2])
  }
}
