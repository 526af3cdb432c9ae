internal import ArgumentParser
internal import Graft

/// `graft encode`
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turn text into ids.",
    discussion: """
      Examples:
        echo 'Hello, world!' | graft encode -t model/
        graft encode -t tokenizer.json --format jsonl texts.jsonl
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case ids, tokens, jsonl
  }

  enum Field: String, CaseIterable {
    case ids, tokens, offsets
  }

  /// Members of an output object, with commas between: one argument, so that a file may follow.
  struct FieldList: ExpressibleByArgument {
    var fields = Field.allCases

    init() {}

    init?(argument: String) {
      fields = []
      for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let field = Field(rawValue: String(name)) else { return nil }
        fields.append(field)
      }
    }

    var defaultValueDescription: String { fields.map(\.rawValue).joined(separator: ",") }
  }

  @OptionGroup var tokenizer: TokenizerOptions

  @Flag(inversion: .prefixedNo, help: "Put the tokenizer's special tokens around the text.")
  var specialTokens = true

  @Option(
    help: """
      ids or tokens of the whole input on one line, or jsonl: an object with "text" per line in, \
      an object with ids, tokens and offsets per line out.
      """)
  var format = Format.ids

  @Option(help: ArgumentHelp("The members of jsonl output.", valueName: "list"))
  var fields = FieldList()

  @Option(help: "Whether offsets count bytes or Unicode scalars (char).")
  var offsetUnit = OffsetUnit.byte

  @Argument(help: "The input; standard input without one.")
  var file: String?

  func run() throws {
    let tokenizer = try tokenizer.load()
    let input = try LineReader(file)
    if format == .jsonl {
      return try JSONLines.process(input) { line in
        let text = try line.string("text")
        if fields.fields == [.ids] {
          let ids = try tokenizer.ids(of: text, addSpecialTokens: specialTokens)
          return "{\"ids\":" + JSONText.list(ids.lazy.map(String.init)) + "}"
        }
        return object(try tokenizer.encode(text, addSpecialTokens: specialTokens), of: text)
      }
    }
    let text = try input.rest()
    let words =
      format == .ids
      ? try tokenizer.ids(ofUTF8: text, addSpecialTokens: specialTokens).map(String.init)
      : try tokenizer.encode(utf8: text, addSpecialTokens: specialTokens).tokens.map {
        String(decoding: $0, as: UTF8.self)
      }
    print(words.joined(separator: " "))
  }

  private func object(_ encoding: Encoding, of text: String) -> String {
    var members: [String] = []
    if fields.fields.contains(.ids) {
      members.append("\"ids\":" + JSONText.list(encoding.ids.lazy.map(String.init)))
    }
    if fields.fields.contains(.tokens) {
      let tokens = encoding.tokens.map { JSONText.string(String(decoding: $0, as: UTF8.self)) }
      members.append("\"tokens\":" + JSONText.list(tokens))
    }
    if fields.fields.contains(.offsets) {
      let offsets = offsetUnit.convert(encoding.offsets, in: text)
      members.append(
        "\"offsets\":" + JSONText.list(offsets.map { "[\($0.lowerBound),\($0.upperBound)]" }))
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
