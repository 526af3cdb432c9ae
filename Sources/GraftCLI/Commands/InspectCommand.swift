internal import ArgumentParser
internal import Graft

/// `graft inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show how a text is cut.",
    discussion: """
      On a terminal the pieces are coloured; elsewhere the output is plain text.

      Examples:
        graft inspect -t model/ 'Why is this prompt so long?'
        graft inspect -t tokenizer.json < prompt.txt | less
      """)

  @OptionGroup var tokenizer: TokenizerOptions

  @Flag(inversion: .prefixedNo, help: "Put the tokenizer's special tokens around the text.")
  var specialTokens = true

  @Flag(help: "Print one object with all pieces.")
  var json = false

  @Argument(help: "The text; standard input without one.")
  var text: [String] = []

  func run() throws {
    let tokenizer = try tokenizer.load()
    let text = text.isEmpty ? try LineReader(nil).rest() : Array(text.joined(separator: " ").utf8)
    let encoding = try tokenizer.encode(utf8: text, addSpecialTokens: specialTokens)
    let pieces = encoding.ids.indices.map { index in
      Piece(
        id: encoding.ids[index], token: encoding.tokens[index], range: encoding.offsets[index],
        text: Array(text[encoding.offsets[index]]), isSpecial: encoding.isSpecial[index])
    }
    if json {
      print("{\"bytes\":\(text.count),\"pieces\":\(JSONText.list(pieces.map(\.json)))}")
    } else {
      show(pieces, byteCount: text.count)
    }
  }

  private func show(_ pieces: [Piece], byteCount: Int) {
    let style = TerminalStyle.standardOutput
    if style.isColoured {
      let line = pieces.enumerated().map { style.stripe($0.element.visible, $0.offset) }
      print(line.joined() + "\n")
    }
    let idWidth = pieces.map { String($0.id).count }.max() ?? 0
    let rangeWidth = pieces.map { $0.place.count }.max() ?? 0
    for (index, piece) in pieces.enumerated() {
      let columns = [
        style.dim(piece.place.padded(to: rangeWidth)),
        String(piece.id).padded(to: idWidth, alignment: .right),
        style.stripe(piece.visible, index),
      ]
      print(columns.joined(separator: "  "))
    }
    let ratio = pieces.isEmpty ? 0 : Double(byteCount) / Double(pieces.count)
    print(
      style.dim(
        "\(pieces.count) tokens, \(byteCount) bytes, \(ratio.rounded(to: 2)) bytes per token"))
  }

  /// One token as a person sees it.
  private struct Piece {
    var id: TokenID
    /// As the vocabulary spells it.
    var token: [UInt8]
    var range: Range<Int>
    /// The text it stands for.
    var text: [UInt8]
    var isSpecial: Bool

    /// The range in bytes; a dash for what a post-processor inserted.
    var place: String { isSpecial ? "–" : "\(range.lowerBound)–\(range.upperBound)" }

    /// The vocabulary's spelling, with what a terminal would not show made visible.
    var visible: String {
      var result = ""
      for scalar in String(decoding: token, as: UTF8.self).unicodeScalars {
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

    var json: String {
      let spelled = JSONText.string(String(decoding: token, as: UTF8.self))
      let text = JSONText.string(String(decoding: text, as: UTF8.self))
      return """
        {"id":\(id),"token":\(spelled),"text":\(text),\
        "offsets":[\(range.lowerBound),\(range.upperBound)]}
        """
    }
  }
}
