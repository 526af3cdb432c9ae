internal import ByteIO
internal import Tokenization

/// Which pairs may merge, where that depends on more than where they stand.
struct PairRule: Sendable {
  private enum Rule: Sendable {
    case any
    case hyphens
    case singlePiece(PreTokenizedWords)
  }
  private let rule: Rule

  /// - Throws: `TokenizerError` when the pre-tokenizer cannot be prepared.
  init(_ boundary: MergeBoundary, _ tokenizer: Tokenizer) throws(TokenizerError) {
    switch boundary {
    case .pretoken, .word, .sentence: rule = .any
    case .hyphenatedWord: rule = .hyphens
    case .isolatedPretoken:
      rule = .singlePiece(try PreTokenizedWords(tokenizer.definition.preTokenizer))
    }
  }

  /// Whether every pair within a run may merge, so that each run ends as one token.
  var allowsAll: Bool { if case .any = rule { true } else { false } }

  /// Whether two symbols may merge.
  func allows(_ left: UInt32, _ right: UInt32, in surfaces: SurfaceTable) -> Bool {
    switch rule {
    case .any: return true
    case .hyphens:
      let (left, right) = (surfaces.traits(of: left), surfaces.traits(of: right))
      return !right.contains(.isAllPunctuation) || left.contains(.isAllPunctuation)
        || right.contains(.isHyphen)
    case .singlePiece(let words):
      let joint = surfaces.traits(of: left).followed(by: surfaces.traits(of: right))
      if joint.contains(.hasInnerSpaceByte),
        !joint.contains(.isAllSpaceBytes) || joint.contains(.isTwoLineFeeds)
      {
        return false
      }
      let text = surfaces.text
      return isSinglePiece(
        Array(text[surfaces.range(of: left)] + text[surfaces.range(of: right)]), words)
    }
  }

  private func isSinglePiece(_ text: [UInt8], _ words: PreTokenizedWords) -> Bool {
    // Parts of a character.
    if UTF8Validation.firstInvalidByte(in: text[...]) != nil { return true }
    var pieces = 0
    do {
      try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
        try words.forEachWord(in: bytes) { _, isSeparator in if !isSeparator { pieces += 1 } }
      }
    } catch {
      return false
    }
    return pieces == 1
  }
}
