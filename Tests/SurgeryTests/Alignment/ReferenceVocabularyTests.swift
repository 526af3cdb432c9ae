import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// The numbers of shared tokens of well-known vocabularies.
///
/// The truth is computed here a second time, from nothing but each token's spelling; the expected
/// numbers are those that an independent program found in the same vocabularies.
@Suite(
  .enabled(if: ReferenceFiles.areAvailable, "\(ReferenceFiles.hint)"), .serialized)
struct ReferenceVocabularyTests {
  enum Name: String { case gpt2, llama2, llama3, bert }

  @Test(
    "Real vocabularies share exactly the tokens that decode to the same bytes",
    arguments: [
      (Name.gpt2, Name.llama3, 43_209), (.llama2, .llama3, 26_599), (.llama2, .gpt2, 18_207),
      (.gpt2, .llama2, 18_207), (.gpt2, .bert, 18_161), (.llama2, .bert, 9_193),
    ])
  func sharesTrueTokens(base: Name, donor: Name, count: Int) throws {
    let (baseSide, donorSide) = (try Self.sides(base), try Self.sides(donor))
    let baseBytes = Self.bytesByID(base, baseSide)
    let donorBytes = Self.bytesByID(donor, donorSide)
    let truth = Set(baseBytes.values).intersection(donorBytes.values)
    #expect(truth.count == count)

    let alignment = baseSide.receiving(donorSide)
    let anchors = alignment.anchors.filter { alignment.matches[$0.donor]?.reason == .bytes }
    #expect(anchors.count == count)
    #expect(Set(anchors.map(\.base)).count == count)
    let wrong = anchors.filter {
      baseBytes[$0.base] == nil || baseBytes[$0.base] != donorBytes[$0.donor]
    }
    #expect(wrong.isEmpty)
    #expect(Set(anchors.compactMap { donorBytes[$0.donor] }) == truth)
    // Every donor token with a counterpart is matched, duplicates of bytes included.
    let matched = alignment.matches.filter { $0.value.reason == .bytes }
    #expect(matched.count == donorBytes.values.count { truth.contains($0) })
    #expect(matched.allSatisfy { baseBytes[$0.value.base] == donorBytes[$0.key] })
    #expect(alignment.counts[.name] == nil)
  }

  private static let sides: @Sendable (Name) throws -> AlignedVocabulary = {
    let loaded = [Name.gpt2, .llama2, .llama3, .bert].map { name in
      (name, Result { try side(name) })
    }
    let sides = Dictionary(uniqueKeysWithValues: loaded)
    return { name in try #require(sides[name]).get() }
  }()

  private static func side(_ name: Name) throws -> AlignedVocabulary {
    switch name {
    case .gpt2:
      let end = "<|endoftext|>"
      return try AlignedVocabulary(
        definition("gpt2-hf"), roles: ["bos": end, "eos": end, "unk": end])
    case .llama3:
      return try AlignedVocabulary(
        definition("llama3-hf-derived"),
        roles: ["bos": "<|begin_of_text|>", "eos": "<|end_of_text|>"])
    case .llama2:
      // The first 32,000 tokens of this file are Llama 2's vocabulary, control tokens included.
      var definition = try definition("phi-3-medium-hf")
      definition.addedTokens = definition.addedTokens.filter { $0.id < 32_000 }
      for index in definition.addedTokens.indices { definition.addedTokens[index].isSpecial = true }
      return try AlignedVocabulary(
        definition, roles: ["bos": "<s>", "eos": "</s>", "unk": "<unk>"])
    case .bert:
      let lines = try ReferenceFiles.read("tokenizers/bert-uncased/vocab.txt")
        .split(separator: UInt8(ascii: "\n"))
      let vocabulary = Vocabulary(
        lines.enumerated().map { (token: Array($0.element), id: TokenID($0.offset)) })
      var definition = TokenizerDefinition(
        model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary)))
      let roles = [
        "pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]",
      ]
      for token in roles.values.sorted() {
        let id = vocabulary.id(of: Array(token.utf8)) ?? 0
        definition.addedTokens.append(AddedToken(id: id, content: token, isSpecial: true))
      }
      return try AlignedVocabulary(definition, roles: roles)
    }
  }

  private static func definition(_ name: String) throws -> TokenizerDefinition {
    let path = "tokenizers/\(name)/tokenizer.json"
    return try TokenizerJSON.read(ReferenceFiles.read(path), source: path)
  }

  // MARK: The truth

  /// The bytes of every token that is not special.
  private static func bytesByID(_ name: Name, _ side: AlignedVocabulary) -> [TokenID: [UInt8]] {
    let special = Set(side.definition.addedTokens.map(\.content))
    var result: [TokenID: [UInt8]] = [:]
    for (token, id) in side.definition.model.vocabulary.entries {
      let text = String(decoding: token, as: UTF8.self)
      if !special.contains(text) { result[id] = bytes(name, text) }
    }
    return result
  }

  private static let alphabet: [Unicode.Scalar: UInt8] = {
    var result: [Unicode.Scalar: UInt8] = [:]
    for byte in UInt8.min...UInt8.max {
      for scalar in SpellingScheme.byteAlphabet([byte]).unicodeScalars { result[scalar] = byte }
    }
    return result
  }()

  private static func bytes(_ name: Name, _ token: String) -> [UInt8] {
    switch name {
    case .gpt2, .llama3:
      let bytes = token.unicodeScalars.compactMap { alphabet[$0] }
      return bytes.count == token.unicodeScalars.count ? bytes : Array(token.utf8)
    case .llama2:
      if token.utf8.count == 6, token.hasPrefix("<0x"),
        let byte = UInt8(token.dropFirst(3).dropLast(), radix: 16)
      {
        return [byte]
      }
      var text = ""
      for scalar in token.unicodeScalars {
        text.unicodeScalars.append(scalar == "\u{2581}" ? " " : scalar)
      }
      return Array(text.utf8)
    case .bert:
      let utf8 = Array(token.utf8)
      return utf8.starts(with: "##".utf8) ? Array(utf8.dropFirst(2)) : [0x20] + utf8
    }
  }
}
