internal import Normalization
internal import Tokenization

/// The normalization of a model of the sentencepiece library in the words of `tokenizer.json`.
struct PortableNormalization {
  private(set) var normalizer: Normalizer?
  private(set) var losses: [String] = []

  private let model: SentencePieceDefinition
  private var rules: SentencePieceDefinition.Normalization { model.normalization }
  private static let mark = "\u{2581}"

  /// Runs of spaces become one.
  static let collapsing = Normalizer.replace(.regex(" {2,}"), with: " ")

  /// Drops a space at the beginning and everything that spells spaces at the end.
  static func trimming(_ space: String) -> Normalizer {
    .replace(.regex("(?<![\(space)])[\(space)]+\\z|\\A "), with: "")
  }

  /// Drops spaces at both ends.
  static let trimmingSpaces = Normalizer.replace(.regex(#"\A +| +\z"#), with: "")

  init(_ model: SentencePieceDefinition) {
    self.model = model
    var steps = characterMap()
    if rules.removesExtraWhitespace {
      steps += [Self.collapsing, Self.trimming(rules.escapesWhitespace ? " " + Self.mark : " ")]
    }
    let space = rules.escapesWhitespace ? Self.mark : " "
    if rules.addsDummyPrefix {
      steps.append(
        model.treatsWhitespaceAsSuffix
          ? .replace(.regex("(?<=[\\s\\S])\\z"), with: space) : .prepend(space))
    }
    if rules.escapesWhitespace { steps.append(.replace(.literal(" "), with: Self.mark)) }
    normalizer = steps.count > 1 ? .sequence(steps) : steps.first
    checkUserDefinedPieces()
  }

  private mutating func characterMap() -> [Normalizer] {
    guard !rules.characterMap.isEmpty else { return [] }
    let map = PortableCharacterMap(rules.characterMap)
    losses += map.losses
    if !rules.removesExtraWhitespace, rules.addsDummyPrefix {
      losses.append(
        "the space in front of a text that has nothing but characters that the map drops")
    }
    return map.steps
  }

  /// User-defined pieces are exempt from normalization, which has no equivalent.
  private mutating func checkUserDefinedPieces() {
    let texts = model.pieces.filter { $0.kind == .userDefined }.map(\.text)
    let map = rules.characterMap.isEmpty ? nil : try? CharacterMap(rules.characterMap)
    let changed = texts.filter { text in
      rules.removesExtraWhitespace && text.contains(0x20)
        || UTF8Scalars(text[...]).contains { map?.continues(Array(text[$0.range])) == true }
        || UTF8Scalars(text[...]).contains {
          map?.longestMatch(in: text, at: $0.range.lowerBound) != nil
        }
    }
    for text in changed.prefix(10) {
      losses.append(
        "that the user-defined piece `\(String(decoding: text, as: UTF8.self))` is not normalized")
    }
    if changed.count > 10 {
      losses.append("that \(changed.count - 10) more user-defined pieces are not normalized")
    }
  }
}
