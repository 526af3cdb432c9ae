import TestSupport
import Testing
import TokenizerFiles

@testable import Tokenization

/// Pairs of tokens judged without encoding, against encoding.
@Suite struct PairValidityTests {
  @Test func `All pairs of small vocabularies are judged as encoding does`() throws {
    var generator = SeededGenerator(seed: 41)
    for _ in 0..<300 {
      let vocabulary = try TinyVocabulary(
        alphabet: ["a", "b", "c"], merges: 24, longest: 6, preTokenizer: nil, &generator)
      let pairs = try #require(PairValidity(vocabulary.tokenizer.definition.model))
      for left in vocabulary.tokens {
        for right in vocabulary.tokens {
          let isValid = try vocabulary.encode(left.text + right.text) == [left.id, right.id]
          #expect(pairs.isValid(left.id, right.id) == isValid)
        }
      }
    }
  }

  @Test(
    .enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)"),
    arguments: [
      "gpt2-hf/tokenizer.json", "llama3-hf-derived/tokenizer.json", "llama2-spm/tokenizer.model",
    ])
  func `Random pairs of real vocabularies are judged as encoding does`(_ name: String) throws {
    let folder = try TemporaryDirectory()
    let path = try folder.write(
      String(name.split(separator: "/")[1]), ReferenceFiles.read("tokenizers/" + name))
    var definition = try TokenizerDefinition(contentsOf: path)
    if case .sentencePiece = definition.model {
      // As the same merges in a list, which a word of any kind can be encoded by.
      let file = try TokenizerConversion(definition, to: .tokenizerJSON, source: path).files[0]
      definition = try TokenizerDefinition(contentsOf: folder.write("converted.json", file.bytes))
    }
    let check = try PairCheck(definition)
    var generator = SeededGenerator(seed: 43)
    let count = FullTests.areEnabled ? 1_000_000 : 50_000
    let result = try check.run(count: count, &generator)
    #expect(result.differing == 0)
    #expect(result.valid > count / 100 && result.valid < count)
  }
}

/// Pairs of one vocabulary, encoded by its model alone.
struct PairCheck {
  let encoder: WordEncoder
  let pairs: PairValidity
  let vocabulary: Vocabulary
  let ids: [TokenID]

  init(_ definition: TokenizerDefinition) throws {
    var model = definition.model
    if case .bpe(var bpe) = model {
      bpe.ignoresMerges = false
      model = .bpe(bpe)
    }
    encoder = try WordEncoder(model)
    pairs = try #require(PairValidity(model))
    vocabulary = model.vocabulary
    let special = Set(definition.addedTokens.map(\.id))
    ids = vocabulary.entries.filter {
      !special.contains($0.id) && ByteFallback.byte($0.token) == nil
    }.map(\.id)
  }

  func run(
    count: Int, _ generator: inout SeededGenerator
  ) throws -> (valid: Int, differing: Int) {
    var (valid, differing) = (0, 0)
    for _ in 0..<count {
      guard let left = ids.randomElement(using: &generator),
        let right = ids.randomElement(using: &generator), let first = vocabulary.token(left),
        let second = vocabulary.token(right)
      else { continue }
      let text = Array(first) + Array(second)
      let expected = try encoder.encode(text[...], isBytes: false).map(\.id) == [left, right]
      let found = pairs.isValid(left, right)
      if found { valid += 1 }
      if found != expected { differing += 1 }
    }
    return (valid, differing)
  }
}
