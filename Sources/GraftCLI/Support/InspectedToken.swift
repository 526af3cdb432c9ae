internal import Graft

/// One token of a text as a person sees it.
struct InspectedToken {
  let id: TokenID
  /// As the vocabulary spells it.
  let token: [UInt8]
  /// The bytes that it stands for.
  let bytes: [UInt8]
  let range: Range<Int>
  /// The part of the text that it stands for.
  let text: [UInt8]
  let kind: TokenKind
  let isInserted: Bool

  init(_ index: Int, of encoding: Encoding, _ text: [UInt8], _ spelling: TokenSpelling) {
    id = encoding.ids[index]
    token = encoding.tokens[index]
    range = encoding.offsets[index]
    self.text = Array(text[range])
    kind = spelling.kind(of: id) ?? .unknown
    isInserted = encoding.isSpecial[index]
    // An unknown token stands for what it was found at.
    bytes =
      kind == .unknown && !isInserted
      ? self.text : spelling.text(of: id, includesImpliedSpace: false) ?? token
  }

  /// The range in bytes; a dash for what a post-processor inserted.
  var place: String { isInserted ? "–" : "\(range.lowerBound)–\(range.upperBound)" }

  var visible: String { VisibleText.of(bytes) }

  /// What is not plain from the characters; `nil` for an ordinary piece of text.
  var note: String? {
    switch kind {
    case .normal: String(validating: bytes, as: UTF8.self) == nil ? "part of a character" : nil
    case .byte: bytes.first.map { $0 < 0x80 ? nil : "byte of a character" } ?? nil
    default: kind.rawValue
    }
  }

  var json: String {
    let spelled = JSONText.string(String(decoding: token, as: UTF8.self))
    let text = JSONText.string(String(decoding: text, as: UTF8.self))
    return """
      {"id":\(id),"token":\(spelled),"text":\(text),"bytes":"\(VisibleText.hexadecimal(bytes))",\
      "kind":"\(kind.rawValue)","inserted":\(isInserted),\
      "offsets":[\(range.lowerBound),\(range.upperBound)]}
      """
  }
}

/// Bytes made visible.
enum VisibleText {
  /// The characters, with what a terminal would not show made visible and bytes that are no
  /// character by themselves as `\xE4`.
  static func of(_ bytes: [UInt8]) -> String {
    var result = ""
    var rest = bytes[...]
    while let invalid = UTF8Validation.firstInvalidByte(in: rest) {
      result += characters(rest[..<invalid]) + "\\x" + hexadecimal([rest[invalid]])
      rest = rest[(invalid + 1)...]
    }
    return result + characters(rest)
  }

  /// Two digits a byte.
  static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
  }

  private static func characters(_ bytes: ArraySlice<UInt8>) -> String {
    var result = ""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar {
      case " ": result += "·"
      case "\n": result += "⏎"
      case "\t": result += "⇥"
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value):
        result += "<" + String(scalar.value, radix: 16, uppercase: true) + ">"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
