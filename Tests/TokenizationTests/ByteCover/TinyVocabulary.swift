import Normalization
import TestSupport

@testable import Tokenization

/// A byte-level vocabulary with a few merges over a few characters, and a token that ends texts.
struct TinyVocabulary {
  let tokenizer: Tokenizer
  /// The tokens over the alphabet, with their texts.
  let tokens: [(id: TokenID, text: [UInt8])]
  let end: TokenID

  /// - Parameters:
  ///   - merges: how many merges there are.
  ///   - whole: how many tokens besides that no merge makes, taken as whole words.
  init(
    alphabet: [String], merges count: Int, longest: Int, preTokenizer: PreTokenizer?,
    whole: Int = 0,
    _ generator: inout SeededGenerator
  ) throws {
    var entries = (UInt8.min...UInt8.max).map { byte in
      (token: Self.spelled([byte]), id: TokenID(byte))
    }
    var texts = Set(alphabet.map { Array($0.utf8) }.filter { $0.count == 1 })
    var known = Set(alphabet.flatMap { $0.utf8 }.map { [$0] }).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    var merges: [BPEDefinition.Merge] = []
    var ids = Dictionary(uniqueKeysWithValues: (UInt8.min...UInt8.max).map { ([$0], TokenID($0)) })
    for _ in 0..<count * 4 where merges.count < count {
      guard let left = known.randomElement(using: &generator),
        let right = known.randomElement(using: &generator), left.count + right.count <= longest,
        ids[left + right] == nil, let first = ids[left], let second = ids[right]
      else { continue }
      let result = TokenID(entries.count)
      entries.append((Self.spelled(left + right), result))
      ids[left + right] = result
      merges.append(BPEDefinition.Merge(left: first, right: second, result: result))
      known.append(left + right)
    }
    for _ in 0..<whole {
      let text = (0..<longest).flatMap { _ in (alphabet.randomElement(using: &generator) ?? "").utf8
      }
      guard ids[text] == nil else { continue }
      ids[text] = TokenID(entries.count)
      entries.append((Self.spelled(text), TokenID(entries.count)))
      known.append(text)
    }
    texts.formUnion(known)
    let vocabulary = Vocabulary(entries)
    var model = BPEDefinition(vocabulary: vocabulary, merges: merges)
    model.ignoresMerges = whole > 0
    let bytes = PreTokenizer.byteLevel(addPrefixSpace: false, trimOffsets: false, useRegex: false)
    var definition = TokenizerDefinition(
      preTokenizer: preTokenizer.map { .sequence([$0, bytes]) } ?? bytes, model: .bpe(model))
    end = TokenID(entries.count)
    definition.addedTokens = [AddedToken(id: end, content: "<end>", isSpecial: true)]
    tokenizer = try Tokenizer(definition)
    tokens = texts.compactMap { text in vocabulary.id(of: Self.spelled(text)).map { ($0, text) } }
  }

  private static func spelled(_ bytes: [UInt8]) -> [UInt8] {
    Array(String(String.UnicodeScalarView(bytes.map { ByteAlphabet.scalar(for: $0) })).utf8)
  }

  func encode(_ text: [UInt8]) throws -> [TokenID] {
    try tokenizer.ids(ofUTF8: text, addSpecialTokens: false)
  }

  func text(_ ids: [TokenID]) -> [UInt8] {
    ids.flatMap { id in tokens.first { $0.id == id }?.text ?? [] }
  }

  /// The log-probabilities of a model that knows only the tokens over the alphabet and the end, made from
  /// a hash of what stands before.
  func model(seed: UInt64) -> ClosureModel {
    ClosureModel { context in
      var hash = seed
      for token in context { hash = (hash ^ UInt64(token)) &* 0x100_0000_01B3 &+ 0x9E37 }
      var generator = SeededGenerator(seed: hash)
      var weights = [Double](repeating: 0, count: Int(end) + 1)
      for id in tokens.map(\.id).sorted() + [end] {
        weights[Int(id)] = Double.random(in: 0.01...1, using: &generator)
      }
      let sum = weights.reduce(0, +)
      return weights.map { logarithm($0 / sum) }
    }
  }
}
