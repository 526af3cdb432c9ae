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
      text: ids between spaces in, the text of all of them out; jsonl: an object with "ids" per \
      line in, an object with "text" per line out.
      """)
  var format = Format.text

  @Argument(help: "The input; standard input without one.")
  var file: String?

  func run() throws {
    let tokenizer = try tokenizer.load()
    let input = try LineReader(file)
    if format == .jsonl {
      return try JSONLines.process(input) { line in
        var ids: [TokenID] = []
        for id in try line.required("ids").expectArray() {
          ids.append(TokenID(try id.expectInt(in: 0...Int(TokenID.max))))
        }
        let text = try tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens)
        return "{\"text\":\(JSONText.string(text))}"
      }
    }
    let words = String(decoding: try input.rest(), as: UTF8.self).split { $0.isWhitespace }
    let ids = try words.map { word in
      guard let id = TokenID(word) else { throw InvalidID(word: String(word)) }
      return id
    }
    print(try tokenizer.decode(ids, skipSpecialTokens: skipSpecialTokens))
  }

  /// A word of the input that is no id.
  private struct InvalidID: Error, CustomStringConvertible {
    let word: String

    var description: String { "`\(word)` is not an id" }
  }
}
