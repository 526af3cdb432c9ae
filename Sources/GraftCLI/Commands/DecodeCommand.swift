internal import ArgumentParser
internal import Graft

/// `graft decode`
struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode",
    abstract: "Turn ids into text.",
    discussion: """
      Examples:
        echo '9906 11 1917 0' | graft decode -t model/
        graft decode -t tokenizer.json --skip-special-tokens --format jsonl ids.jsonl
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case text, jsonl
  }

  @OptionGroup var tokenizer: TokenizerOptions

  @Flag(help: "Leave special tokens out.")
  var skipSpecialTokens = false

  @Option(
    help: """
      text: ids between white space in, their text out as they come; jsonl: an object with "ids" per \
      line in, an object with "text" per line out.
      """)
  var format = Format.text

  @Argument(help: "The input; standard input without one.")
  var file: String?

  func run() throws {
    let tokenizer = try tokenizer.load()
    let input = try LineReader(file)
    if format == .jsonl {
      return try JSONLines.process(input) { line, row in
        var ids: [TokenID] = []
        for id in try line.required("ids").expectArray() {
          ids.append(TokenID(try id.expectInt(in: 0...Int(TokenID.max))))
        }
        let text = try tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens)
        row.append(#"{"text":"#)
        row.append(string: text.utf8)
        row.append("}")
      }
    }
    try decodeStream(input, tokenizer)
  }

  /// Prints text as soon as the ids that have arrived make it certain.
  private func decodeStream(_ input: LineReader, _ tokenizer: Tokenizer) throws {
    let output = BufferedWriter.standardOutput()
    var stream = tokenizer.makeDecodeStream(skipSpecialTokens: skipSpecialTokens)
    var word: [UInt8] = []
    func finishWord() throws {
      guard !word.isEmpty else { return }
      let text = String(decoding: word, as: UTF8.self)
      guard let id = TokenID(text) else {
        try output.flush()
        throw InvalidID(word: text)
      }
      try output.write(stream.append(id))
      word.removeAll()
    }
    while let chunk = try input.chunk() {
      for byte in chunk {
        if [0x20, 0x09, 0x0A, 0x0D].contains(byte) { try finishWord() } else { word.append(byte) }
      }
      try output.flush()
    }
    try finishWord()
    try output.write(stream.finish() + "\n")
    try output.flush()
  }

  /// A word of the input that is no id.
  private struct InvalidID: Error, CustomStringConvertible {
    let word: String

    var description: String { "`\(word)` is not an id" }
  }
}
