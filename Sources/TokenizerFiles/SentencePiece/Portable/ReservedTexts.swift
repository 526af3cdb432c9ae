internal import Normalization
internal import Tokenization

/// The spellings of pieces that no text is ever cut into: control, unknown and byte pieces.
///
/// Hugging Face's models find every token of their vocabulary in a text, whatever it is for. A text
/// that is cut inside such a spelling, where no other piece could reach over the cut, has its tokens
/// but not that one.
struct ReservedTexts {
  private(set) var losses: [String] = []
  /// For each beginning of a spelling after which the text is cut, what follows.
  private var cuts: [(beginning: [UInt8], rest: [UInt8])] = []

  /// The spellings that a unigram model must not find.
  init(unigram model: SentencePieceDefinition) {
    var pairs: Set<UInt64> = []
    var characters: Set<[UInt8]> = []
    for piece in model.pieces where piece.kind == .normal || piece.kind == .userDefined {
      let scalars = UTF8Scalars(piece.text[...]).map(\.scalar.value)
      for (first, second) in zip(scalars, scalars.dropFirst()) {
        pairs.insert(UInt64(first) << 32 | UInt64(second))
      }
      if scalars.count == 1 { characters.insert(piece.text) }
    }
    for text in Self.spellings(model) {
      let scalars = Array(UTF8Scalars(text[...]))
      let cut = zip(scalars, scalars.dropFirst()).first { first, second in
        let isReached = pairs.contains(
          UInt64(first.scalar.value) << 32 | UInt64(second.scalar.value))
        // Unknown characters on both sides would be two tokens instead of one.
        let isKnown =
          model.fallsBackToBytes || characters.contains(Array(text[first.range]))
          || characters.contains(Array(text[second.range]))
        return !isReached && isKnown
      }
      add(text, cutAt: cut?.0.range.upperBound)
    }
  }

  /// The spellings, and the pieces that merging does not make, that a text between user-defined
  /// pieces must not be taken for as a whole.
  init(merged model: SentencePieceDefinition, _ merges: ScoredMerges) {
    for text in Self.spellings(model) {
      let parts = merges.parts(of: text)
      add(text, cutAt: parts.count > 1 ? parts[0].endIndex : nil)
    }
    for (text, first) in merges.firstParts { add(text, cutAt: first.count) }
    let wholes = Set(cuts.map { $0.beginning + $0.rest })
    for (beginning, rest) in cuts where wholes.contains(rest) || wholes.contains(beginning) {
      addLoss(beginning + rest)
    }
  }

  /// The texts of all pieces that never stand for a text.
  private static func spellings(_ model: SentencePieceDefinition) -> [[UInt8]] {
    model.pieces.filter { $0.kind == .control || $0.kind == .unknown || $0.kind == .byte }
      .map(\.text)
  }

  private mutating func add(_ text: [UInt8], cutAt cut: Int?) {
    if let cut {
      cuts.append((Array(text[..<cut]), Array(text[cut...])))
    } else {
      addLoss(text)
    }
  }

  private mutating func addLoss(_ text: [UInt8]) {
    let text = String(decoding: text, as: UTF8.self)
    losses.append("that the text `\(text)` is cut like any other: it becomes that one token")
  }

  /// The regular expression that matches each beginning where its rest follows; `nil` for none.
  ///
  /// - Parameter whole: whether the spelling must be the whole text.
  func pattern(whole: Bool) -> String? {
    let groups = Dictionary(grouping: cuts, by: \.beginning).sorted {
      $0.key.lexicographicallyPrecedes($1.key)
    }
    let alternatives = groups.map { beginning, cuts in
      let rests = Self.rests(cuts.map(\.rest)).joined(separator: "|")
      return RegularExpressionText.escape(beginning)
        + (whole ? "(?=(?:\(rests))\\z)" : "(?=\(rests))")
    }
    guard !alternatives.isEmpty else { return nil }
    let pattern = alternatives.joined(separator: "|")
    return whole ? "\\A(?:\(pattern))" : pattern
  }

  /// What may follow, all byte pieces as one.
  private static func rests(_ rests: [[UInt8]]) -> [String] {
    var texts = Set(rests.map { RegularExpressionText.escape($0) })
    let bytes = (UInt8.min...UInt8.max).map { ByteFallback.token($0).dropFirst() }
    if bytes.allSatisfy({ texts.contains(String($0)) }) {
      for byte in bytes { texts.remove(String(byte)) }
      texts.insert("0x[0-9A-F][0-9A-F]>")
    }
    return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// Texts in the syntax of regular expressions.
enum RegularExpressionText {
  /// A pattern that matches exactly `text`.
  static func escape(_ text: some Sequence<UInt8>) -> String {
    var pattern: [UInt8] = []
    for byte in text {
      if "\\.^$|?*+()[]{}".utf8.contains(byte) { pattern.append(UInt8(ascii: "\\")) }
      pattern.append(byte)
    }
    return String(decoding: pattern, as: UTF8.self)
  }
}
