internal import ArgumentParser
internal import Graft

/// `graft inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show how a text is cut.",
    discussion: """
      Tokens are shown as the characters or bytes that they stand for, with a dot for a space. On a
      terminal the pieces are coloured; elsewhere the output is plain text.

      Examples:
        graft inspect -t model/ 'Why is this prompt so long?'
        graft inspect -t tokenizer.json --why unbelievable
      """)

  @OptionGroup var tokenizer: TokenizerOptions

  @Flag(inversion: .prefixedNo, help: "Put the tokenizer's special tokens around the text.")
  var specialTokens = true

  @Flag(help: "Say why: the merges that were made, or the scores.")
  var why = false

  @Flag(help: "Print one object with all pieces.")
  var json = false

  @Argument(help: "The text; standard input without one.")
  var text: [String] = []

  func run() throws {
    let tokenizer = try tokenizer.load()
    let text = text.isEmpty ? try LineReader(nil).rest() : Array(text.joined(separator: " ").utf8)
    let encoding = try tokenizer.encode(utf8: text, addSpecialTokens: specialTokens)
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    let pieces = encoding.ids.indices.map { InspectedToken($0, of: encoding, text, spelling) }
    let reasons =
      why
      ? ExplanationText(
        explanations: TokenExplainer(tokenizer).explain(encoding), spelling: spelling) : nil
    if json {
      let why = reasons.map { ",\"why\":\($0.json)" } ?? ""
      print("{\"bytes\":\(text.count),\"pieces\":\(JSONText.list(pieces.map(\.json)))\(why)}")
    } else {
      show(pieces, byteCount: text.count)
      if let reasons { print("\n" + reasons.lines(pieces).joined(separator: "\n")) }
    }
  }

  private func show(_ pieces: [InspectedToken], byteCount: Int) {
    let style = TerminalStyle.standardOutput
    if style.isColoured {
      let line = pieces.enumerated().map { style.stripe($0.element.visible, $0.offset) }
      print(line.joined() + "\n")
    }
    let idWidth = pieces.map { String($0.id).count }.max() ?? 0
    let rangeWidth = pieces.map { $0.place.count }.max() ?? 0
    for (index, piece) in pieces.enumerated() {
      var columns = [
        style.dim(piece.place.padded(to: rangeWidth)),
        String(piece.id).padded(to: idWidth, alignment: .right),
        style.stripe(piece.visible, index),
      ]
      if let note = piece.note { columns.append(style.dim(note)) }
      print(columns.joined(separator: "  "))
    }
    let ratio = pieces.isEmpty ? 0 : Double(byteCount) / Double(pieces.count)
    print(
      style.dim(
        "\(pieces.count) tokens, \(byteCount) bytes, \(ratio.rounded(to: 2)) bytes per token"))
  }
}
