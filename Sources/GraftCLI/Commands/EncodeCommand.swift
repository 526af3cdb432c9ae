internal import ArgumentParser
internal import Graft

/// `graft encode`
struct EncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Turn text into ids.",
    discussion: """
      Examples:
        echo 'Hello, world!' | graft encode
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

  @Option(help: "Whether offsets count bytes, Unicode scalars (char), UTF-16 units or graphemes.")
  var offsetUnit = OffsetUnitOption.byte

  @Option(
    help: ArgumentHelp(
      "Encode only the longest beginning of the text that has at most so many tokens.",
      valueName: "count"))
  var maxTokens: Int?

  @OptionGroup(title: "Sampling") var sampling: SamplingOptions

  @Argument(help: "The input; standard input without one.")
  var file: String?

  func run() throws {
    let tokenizer = try tokenizer.load()
    let input = try LineReader(file)
    var sampler = sampling.sampler()
    if format == .jsonl {
      return try JSONLines.process(input) { line, row in
        let text = try line.string("text")
        if fields.fields == [.ids], sampler == nil, maxTokens == nil {
          let ids = try tokenizer.ids(of: text, addSpecialTokens: specialTokens)
          write(ids, to: &row)
        } else {
          write(try encode(text, tokenizer, &sampler), of: text, to: &row)
        }
      }
    }
    let output = BufferedWriter.standardOutput()
    if let count = sampling.nbest {
      let text = try String(validUTF8: input.rest())
      let best = try tokenizer.nBest(text, count: count, addSpecialTokens: specialTokens)
      for (encoding, score) in best { try output.write("\(score)\t\(line(encoding))\n") }
    } else if maxTokens != nil || sampler != nil {
      let text = try String(validUTF8: input.rest())
      try output.write(line(encode(text, tokenizer, &sampler)) + "\n")
    } else {
      try TextInput(input).read { text in
        try output.write(line(text, tokenizer) + "\n")
      } parts: { input in
        try writeStream(input, tokenizer, output)
      }
    }
    try output.flush()
  }

  func validate() throws {
    if sampling.nbest != nil, format == .jsonl || maxTokens != nil {
      throw ValidationError("--nbest prints lines of ids or tokens of the whole text")
    }
  }

  private func writeStream(
    _ input: TextInput, _ tokenizer: Tokenizer, _ output: BufferedWriter
  ) throws {
    var stream = tokenizer.makeEncodeStream(addSpecialTokens: specialTokens)
    var isFirst = true
    func write(_ encoding: Encoding) throws {
      guard encoding.count > 0 else { return }
      try output.write((isFirst ? "" : " ") + line(encoding))
      isFirst = false
    }
    while let part = try input.chunk() { try write(stream.append(utf8: part)) }
    try write(stream.finish())
    try output.write("\n")
  }

  private func encode(
    _ text: String, _ tokenizer: Tokenizer, _ sampler: inout SamplingOptions.Sampler?
  ) throws -> Encoding {
    var text = text
    if let maxTokens {
      text = String(
        try tokenizer.prefix(of: text, maxTokens: maxTokens, addSpecialTokens: specialTokens))
    }
    return try sampler?.encode(text, tokenizer, addSpecialTokens: specialTokens)
      ?? tokenizer.encode(text, addSpecialTokens: specialTokens)
  }

  /// Ids or tokens of a text between spaces.
  private func line(_ text: [UInt8], _ tokenizer: Tokenizer) throws -> String {
    if format == .ids {
      let ids = try tokenizer.ids(ofUTF8: text, addSpecialTokens: specialTokens)
      return ids.lazy.map(String.init).joined(separator: " ")
    }
    return line(try tokenizer.encode(utf8: text, addSpecialTokens: specialTokens))
  }

  /// Ids or tokens between spaces.
  private func line(_ encoding: Encoding) -> String {
    let words =
      format == .ids
      ? encoding.ids.map(String.init)
      : encoding.tokens.map { String(decoding: $0, as: UTF8.self) }
    return words.joined(separator: " ")
  }

  private func write(_ ids: [TokenID], to row: inout JSONBytes) {
    row.append(#"{"ids":"#)
    row.appendList(ids) { $0.append(number: $1) }
    row.append("}")
  }

  private func write(_ encoding: Encoding, of text: String, to row: inout JSONBytes) {
    row.append("{")
    var isFirst = true
    func key(_ field: Field, _ key: StaticString) -> Bool {
      guard fields.fields.contains(field) else { return false }
      if !isFirst { row.append(",") }
      isFirst = false
      row.append(key)
      return true
    }
    if key(.ids, #""ids":"#) {
      row.appendList(encoding.ids) { $0.append(number: $1) }
    }
    if key(.tokens, #""tokens":"#) {
      row.appendList(encoding.tokens) { $0.append(string: $1) }
    }
    if key(.offsets, #""offsets":"#) {
      row.appendList(encoding.offsets(in: offsetUnit.unit, of: text)) { $0.append(range: $1) }
    }
    row.append("}")
  }
}
