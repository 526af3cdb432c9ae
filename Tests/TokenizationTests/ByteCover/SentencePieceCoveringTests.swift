import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// Covers of SentencePiece's merging with byte fallback, against the encodings of all texts that go on like
/// the prompt.
@Suite struct SentencePieceCoveringTests {
  /// Characters of the prompts; the last has no piece, so that bytes spell it.
  private static let alphabet = ["a", "b", " ", "é", "ß"]

  /// A model with some merges of the characters, each by the score of its result.
  private func model(
    addsSpace: Bool, _ generator: inout SeededGenerator
  ) throws -> Tokenizer {
    var pieces = [
      SentencePieceDefinition.Piece(text: Array("<unk>".utf8), score: 0, kind: .unknown)
    ]
    for byte in UInt8.min...UInt8.max {
      pieces.append(.init(text: Array(ByteFallback.token(byte).utf8), score: 0, kind: .byte))
    }
    var texts = ["a", "b", "▁", "é"]
    for text in texts { pieces.append(.init(text: Array(text.utf8), score: -100, kind: .normal)) }
    for rank in 0..<12 {
      guard let left = texts.randomElement(using: &generator),
        let right = texts.randomElement(using: &generator)
      else { continue }
      let text = left + right
      guard text.count <= 4, !texts.contains(text) else { continue }
      texts.append(text)
      pieces.append(.init(text: Array(text.utf8), score: Float(-rank), kind: .normal))
    }
    var definition = SentencePieceDefinition(pieces: pieces, algorithm: .bpe)
    definition.fallsBackToBytes = true
    definition.normalization.addsDummyPrefix = addsSpace
    definition.normalization.removesExtraWhitespace = false
    return try Tokenizer(TokenizerDefinition(definition))
  }

  private func tails(upTo length: Int) -> [[UInt8]] {
    var (result, last): ([[UInt8]], [[UInt8]]) = ([[]], [[]])
    for _ in 0..<length {
      last = last.flatMap { tail in Self.alphabet.map { tail + Array($0.utf8) } }
      result += last
    }
    return result
  }

  /// The least beginnings of encodings that cover a text, of all texts with a few characters more.
  private func covers(
    of text: [UInt8], _ tokenizer: Tokenizer, longer: Int
  ) throws -> Set<[TokenID]> {
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    var result: Set<[TokenID]> = []
    for tail in tails(upTo: longer) {
      guard let full = String(validating: text + tail, as: UTF8.self) else { continue }
      var (tokens, length): ([TokenID], Int) = ([], 0)
      if case .sentencePiece(let model) = tokenizer.definition.model,
        model.normalization.addsDummyPrefix
      {
        length = -1
      }
      for id in try tokenizer.ids(of: full, addSpecialTokens: false) where length < text.count {
        tokens.append(id)
        length += spelling.text(of: id)?.count ?? 0
      }
      result.insert(tokens)
    }
    return result
  }

  @Test(arguments: [false, true]) func `Covers are what some continuation is encoded as`(
    addsSpace: Bool
  ) throws {
    var generator = SeededGenerator(seed: 53)
    for _ in 0..<30 {
      let tokenizer = try model(addsSpace: addsSpace, &generator)
      let rules = try CoveringRules(tokenizer)
      for _ in 0..<4 {
        let characters = (0..<Int.random(in: 1...4, using: &generator)).compactMap { _ in
          Self.alphabet.randomElement(using: &generator)
        }
        let text = Array(characters.joined().utf8)
        var tree = try CoveringTree(rules)
        try tree.append(text)
        let found = Set(tree.covers().map(\.tokens))
        let expected = try covers(of: text, tokenizer, longer: 4)
        #expect(
          expected.isSubset(of: found),
          "\(characters) lacks \(expected.subtracting(found))")
        // Characters outside the alphabet can only follow as bytes, which merge with nothing: whatever
        // else is found has to be what a continuation by bytes is encoded as.
        for cover in found.subtracting(expected) {
          #expect(
            try isPossible(cover, of: text, tokenizer), "\(characters) has \(cover)")
        }
      }
    }
  }

  /// Whether some text is encoded with a beginning.
  private func isPossible(
    _ tokens: [TokenID], of text: [UInt8], _ tokenizer: Tokenizer
  ) throws -> Bool {
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    var spelled = tokens.flatMap { spelling.text(of: $0) ?? [] }
    if case .sentencePiece(let model) = tokenizer.definition.model,
      model.normalization.addsDummyPrefix
    {
      spelled.removeFirst()
    }
    let lead = spelled.lastIndex { !UTF8.isContinuation($0) } ?? 0
    let partial = Array(spelled[lead...])
    let missing = UTF8.sequenceLength(lead: partial[0]) - partial.count
    let completion = [UInt8](repeating: 0x9F, count: max(missing, 0))
    for tail in tails(upTo: 2) {
      guard let full = String(validating: spelled + completion + tail, as: UTF8.self) else {
        continue
      }
      if try tokenizer.ids(of: full, addSpecialTokens: false).starts(with: tokens) { return true }
    }
    return false
  }
}
