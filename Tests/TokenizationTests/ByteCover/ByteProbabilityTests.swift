import Glibc
import TestSupport
import Testing

@testable import Tokenization

/// Probabilities of bytes against sums over all token sequences.
@Suite struct ByteProbabilityTests {
  /// Goes through every sequence that can begin a text.
  private struct Enumeration {
    let vocabulary: TinyVocabulary
    let model: ClosureModel
    let mode: CoveringRules.Mode

    /// The probability of each token and of the end behind a sequence, renormalized where only canonical
    /// sequences count.
    func next(_ context: [TokenID]) throws -> (tokens: [(TokenID, [UInt8], Double)], end: Double) {
      let logs = try model.logProbabilities(in: context)
      var tokens: [(TokenID, [UInt8], Double)] = []
      for (id, text) in vocabulary.tokens where try isValid(context + [id]) {
        tokens.append((id, text, exp(logs[Int(id)])))
      }
      var end = exp(logs[Int(vocabulary.end)])
      let sum = mode == .canonical ? tokens.reduce(end) { $0 + $1.2 } : 1
      for index in tokens.indices { tokens[index].2 /= sum }
      end /= sum
      return (tokens, end)
    }

    private func isValid(_ sequence: [TokenID]) throws -> Bool {
      try mode == .all || vocabulary.encode(vocabulary.text(sequence)) == sequence
    }

    /// The probability that a text begins with `rest` behind a sequence, or is it, with `isWhole`.
    func mass(
      _ rest: ArraySlice<UInt8>, after context: [TokenID] = [], isWhole: Bool = false
    ) throws -> Double {
      if rest.isEmpty { return isWhole ? try next(context).end : 1 }
      var sum = 0.0
      for (id, text, probability) in try next(context).tokens {
        if text.count < rest.count || isWhole {
          guard rest.starts(with: text) else { continue }
          sum +=
            probability
            * (try mass(rest.dropFirst(text.count), after: context + [id], isWhole: isWhole))
        } else if text.starts(with: rest) {
          sum += probability
        }
      }
      return sum
    }
  }

  @Test(arguments: CoveringRules.Mode.allCases)
  func `The next byte is that of the sum over all sequences`(_ mode: CoveringRules.Mode) throws {
    var generator = SeededGenerator(seed: 17)
    var largest = 0.0
    for round in 0..<150 {
      let vocabulary = try TinyVocabulary(
        alphabet: ["a", "b", "c"], merges: Int.random(in: 0...9, using: &generator), longest: 4,
        preTokenizer: nil, &generator)
      let model = vocabulary.model(seed: UInt64(round))
      let enumeration = Enumeration(vocabulary: vocabulary, model: model, mode: mode)
      var bytes = try CoveringByteModel(
        model, rules: CoveringRules(vocabulary.tokenizer, mode: mode))
      var text: [UInt8] = []
      var product = 1.0
      for _ in 0..<4 {
        let mass = try enumeration.mass(text[...])
        // Asked now and then only, the model has to catch up.
        if Bool.random(using: &generator) || product != mass {
          let found = try bytes.nextByte()
          for byte in Array("abc".utf8) {
            let expected = try enumeration.mass((text + [byte])[...]) / mass
            largest = max(largest, abs(found[byte] - expected))
          }
          let end = try enumeration.mass(text[...], isWhole: true) / mass
          largest = max(largest, abs(found.end - end))
          #expect(abs(found.probabilities.reduce(found.end, +) - 1) < 1e-12)
        }
        let byte = Array("abc".utf8).randomElement(using: &generator) ?? 0
        text.append(byte)
        product = try enumeration.mass(text[...])
        try bytes.append(byte)
      }
    }
    #expect(largest < 1e-12)
  }

  @Test func `The bytes of a text have the probability of the text`() throws {
    var generator = SeededGenerator(seed: 23)
    for round in 0..<50 {
      let vocabulary = try TinyVocabulary(
        alphabet: ["a", "b", "c"], merges: 7, longest: 4, preTokenizer: nil, &generator)
      let model = vocabulary.model(seed: UInt64(round))
      let text = (0..<5).map { _ in Array("abc".utf8).randomElement(using: &generator) ?? 0 }
      var bytes = try CoveringByteModel(model, rules: CoveringRules(vocabulary.tokenizer))
      let score = try bytes.score(text)
      let expected = try Enumeration(vocabulary: vocabulary, model: model, mode: .canonical)
        .mass(text[...])
      #expect(abs(score - log(expected)) < 1e-11)
    }
  }

  @Test func `An ensemble of one model is the model, and of two lies between them`() throws {
    var generator = SeededGenerator(seed: 29)
    let first = try TinyVocabulary(
      alphabet: ["a", "b"], merges: 5, longest: 3, preTokenizer: nil, &generator)
    let second = try TinyVocabulary(
      alphabet: ["a", "b"], merges: 8, longest: 4, preTokenizer: nil, &generator)
    let models: [any ByteModel] = [
      try CoveringByteModel(first.model(seed: 1), rules: CoveringRules(first.tokenizer)),
      try CoveringByteModel(second.model(seed: 2), rules: CoveringRules(second.tokenizer)),
    ]
    var (one, two) = (models[0], models[1])
    let parts = [try one.nextByte(), try two.nextByte()]
    #expect(ByteEnsemble.joined([parts[0]], .mean) == parts[0])
    var joined = ByteEnsemble(models)
    let mean = try joined.nextByte()
    for byte in Array("ab".utf8) {
      #expect(abs(mean[byte] - (parts[0][byte] + parts[1][byte]) / 2) < 1e-12)
    }
    var product = ByteEnsemble(models, rule: .product)
    #expect(abs(try product.nextByte().probabilities.reduce(0, +) - 1) < 1)
  }
}
