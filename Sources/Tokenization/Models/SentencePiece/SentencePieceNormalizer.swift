internal import ByteIO
internal import Normalization

/// A text as SentencePiece's models see it, and where each of its bytes came from.
package struct SentencePieceText {
  package var bytes: [UInt8] = []
  /// The position in the original text from which each byte was made, and one for the end.
  var origins: [Int32] = []
}

/// SentencePiece's normalizer.
///
/// Reproduces `Normalizer::Normalize`: the longest entry of the character map is replaced, what
/// has no entry is copied character by character, spaces are collapsed and spelled `▁`.
/// User-defined pieces are copied whole.
package struct SentencePieceNormalizer: Sendable {
  private let rules: SentencePieceDefinition.Normalization
  let map: CharacterMap?
  private let protected: ByteTrie?
  private let spaceIsSuffix: Bool
  private let space: [UInt8]

  /// The mark that spells a space.
  package static let mark: [UInt8] = Array("\u{2581}".utf8)

  /// - Parameters:
  ///   - protected: the user-defined pieces.
  ///   - spaceIsSuffix: whether the dummy prefix goes to the end.
  package init(
    _ rules: SentencePieceDefinition.Normalization, protected: ByteTrie? = nil,
    spaceIsSuffix: Bool = false
  ) throws(TokenizerError) {
    self.rules = rules
    map = try TokenizerError.wrapping { () throws(NormalizationError) in
      rules.characterMap.isEmpty ? nil : try CharacterMap(rules.characterMap)
    }
    self.protected = protected?.isEmpty == false ? protected : nil
    self.spaceIsSuffix = spaceIsSuffix
    space = rules.escapesWhitespace ? Self.mark : [0x20]
  }

  /// The normalized form of a well-formed text.
  package func normalize(_ text: [UInt8]) -> SentencePieceText {
    var result = SentencePieceText()
    var position = rules.removesExtraWhitespace ? endOfLeadingSpace(text) : 0
    guard position < text.count else { return result }
    result.bytes.reserveCapacity(text.count + text.count / 2)
    result.origins.reserveCapacity(text.count + text.count / 2)
    if rules.addsDummyPrefix, !spaceIsSuffix { result.append(space, origin: position) }
    var followsSpace = rules.removesExtraWhitespace
    while position < text.count {
      let (length, replacement) = nextUnit(of: text, at: position)
      let kept = followsSpace ? replacement.drop { $0 == 0x20 } : replacement
      for byte in kept {
        if byte == 0x20 {
          result.append(space, origin: position)
        } else {
          result.append(byte, origin: position)
        }
      }
      if let last = kept.last { followsSpace = last == 0x20 }
      if !rules.removesExtraWhitespace { followsSpace = false }
      position += length
    }
    if rules.removesExtraWhitespace { result.removeTrailing(space, end: &position) }
    if rules.addsDummyPrefix, spaceIsSuffix { result.append(space, origin: position) }
    result.origins.append(Int32(position))
    return result
  }

  private func endOfLeadingSpace(_ text: [UInt8]) -> Int {
    var position = 0
    while position < text.count {
      let (length, replacement) = nextUnit(of: text, at: position)
      guard replacement.elementsEqual([0x20]) else { break }
      position += length
    }
    return position
  }

  /// What is normalized as one at `position`: its length and what it becomes.
  private func nextUnit(
    of text: [UInt8], at position: Int
  ) -> (length: Int, replacement: ArraySlice<UInt8>) {
    if let protected {
      let length = protected.longestMatch(in: text, at: position)
      if length > 0 { return (length, text[position..<(position + length)]) }
    }
    if let match = map?.longestMatch(in: text, at: position) { return match }
    let length = min(UTF8.sequenceLength(lead: text[position]), text.count - position)
    return (length, text[position..<(position + length)])
  }
}

extension SentencePieceText {
  fileprivate mutating func append(_ byte: UInt8, origin: Int) {
    bytes.append(byte)
    origins.append(Int32(origin))
  }

  fileprivate mutating func append(_ text: [UInt8], origin: Int) {
    for byte in text { append(byte, origin: origin) }
  }

  /// Drops every `space` at the end and moves `end` to where the first of them came from.
  fileprivate mutating func removeTrailing(_ space: [UInt8], end: inout Int) {
    while bytes.suffix(space.count).elementsEqual(space) {
      let length = bytes.count - space.count
      end = Int(origins[length])
      bytes.removeLast(space.count)
      origins.removeLast(space.count)
    }
  }
}
