internal import ArgumentParser
internal import Graft

/// `graft compare`
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compare what several tokenizers make of the same text.",
    discussion: """
      One line per tokenizer, the fewest tokens marked. The last column is how many tokens there are for
      each of the first tokenizer's; unknown counts tokens for characters that a vocabulary lacks.
      Special tokens around a text are not counted.

      Examples:
        graft compare -t gpt2/ -t llama3/tokenizer.json thai.txt hindi.txt
        graft compare -t gpt2/ -t words:hat --text 'What is one token here?'
      """)

  @Option(
    name: [.customShort("t"), .customLong("tokenizer")],
    help: ArgumentHelp(
      "A tokenizer, named as for `graft encode`; twice or more.", valueName: "tokenizer"))
  var tokenizers: [String] = []

  @Option(help: "A text to show cut by each tokenizer, in the place of files.")
  var text: String?

  @Flag(help: "Print an object per input and tokenizer.")
  var json = false

  @Argument(help: "The inputs; standard input without one.")
  var files: [String] = []

  func validate() throws {
    if tokenizers.count < 2 { throw ValidationError("name at least two tokenizers, each with -t") }
    if text != nil, !files.isEmpty {
      throw ValidationError("--text goes in the place of files")
    }
  }

  func run() throws {
    let comparison = TokenizerComparison(
      try tokenizers.map { try TokenizerOptions.load(named: $0) })
    if let text {
      try show(text, comparison)
      return try print(measure(Array(text.utf8), comparison), of: "--text", comparison)
    }
    var total: Measure?
    for file in files.isEmpty ? ["-"] : files {
      let measure = try measure(TextInput(file), comparison)
      try print(measure, of: file, comparison)
      total = total?.adding(measure) ?? measure
    }
    if let total, files.count > 1, !json { try print(total, of: "total", comparison) }
  }

  // MARK: Measuring

  private struct Measure {
    var size = TextSize()
    var costs: [TokenCost] = []

    func adding(_ other: Measure) -> Measure {
      var sum = self
      sum.size.add(other.size)
      for index in costs.indices { sum.costs[index].add(other.costs[index]) }
      return sum
    }
  }

  private func measure(_ text: [UInt8], _ comparison: TokenizerComparison) throws -> Measure {
    var measure = Measure()
    measure.size.add(text)
    measure.costs = try comparison.costs(of: text)
    return measure
  }

  private func measure(_ input: TextInput, _ comparison: TokenizerComparison) throws -> Measure {
    var measure = Measure()
    try input.read { text in
      measure = try self.measure(text, comparison)
    } parts: { input in
      measure.costs = try comparison.costs {
        let part = try input.chunk()
        if let part { measure.size.add(part) }
        return part
      }
    }
    return measure
  }

  // MARK: Printing

  /// Prints the pieces of a short text, a line per tokenizer.
  private func show(_ text: String, _ comparison: TokenizerComparison) throws {
    guard !json else { return }
    let style = TerminalStyle.standardOutput
    for (name, tokenizer) in zip(tokenizers, comparison.tokenizers) {
      let encoding = try tokenizer.encode(text, addSpecialTokens: false)
      let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
      let pieces = encoding.ids.indices.map { index in
        style.stripe(
          InspectedToken(index, of: encoding, Array(text.utf8), spelling).visible, index)
      }
      Swift.print("\(style.dim(name))\n  \(pieces.joined(separator: style.isColoured ? "" : "|"))")
    }
    Swift.print("")
  }

  private func print(_ measure: Measure, of input: String, _ comparison: TokenizerComparison) throws
  {
    if json {
      for (index, cost) in measure.costs.enumerated() {
        Swift.print(
          """
          {"file":\(JSONText.string(input)),"tokenizer":\(JSONText.string(tokenizers[index])),\
          "vocabulary":\(vocabularySize(index, comparison).map(String.init) ?? "null"),\
          "tokens":\(cost.tokens),"unknown":\(cost.unknownTokens),"bytes":\(measure.size.bytes),\
          "characters":\(measure.size.characters),"words":\(measure.size.words)}
          """)
      }
      return
    }
    let size = measure.size
    Swift.print("\(input): \(size.bytes) bytes, \(size.characters) characters, \(size.words) words")
    let header = ["", "vocabulary", "tokens", "bytes/token", "tokens/word", "unknown", "ratio"]
    let rows = measure.costs.indices.map { row($0, measure, comparison) }
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    let least = measure.costs.map(\.tokens).min()
    let style = TerminalStyle.standardOutput
    Swift.print(style.dim("  " + line(header, widths)))
    for (row, cost) in zip(rows, measure.costs) {
      let isLeast = cost.tokens == least
      let text = (isLeast ? "* " : "  ") + line(row, widths)
      Swift.print(isLeast ? style.bold(text) : text)
    }
  }

  /// The number of tokens; `nil` where every word is one.
  private func vocabularySize(_ index: Int, _ comparison: TokenizerComparison) -> Int? {
    let tokenizer = comparison.tokenizers[index]
    if case .words = tokenizer.definition.model { return nil }
    return tokenizer.vocabulary.ids.count
  }

  private func row(
    _ index: Int, _ measure: Measure, _ comparison: TokenizerComparison
  ) -> [String] {
    let cost = measure.costs[index]
    func ratio(_ a: Int, _ b: Int) -> String {
      b > 0 ? (Double(a) / Double(b)).rounded(to: 2) : "–"
    }
    return [
      tokenizers[index], vocabularySize(index, comparison).map(String.init) ?? "open",
      String(cost.tokens), ratio(measure.size.bytes, cost.tokens),
      ratio(cost.tokens, measure.size.words), String(cost.unknownTokens),
      ratio(cost.tokens, measure.costs[0].tokens),
    ]
  }

  /// The cells of a line, the name on the left and numbers on the right of their columns.
  private func line(_ cells: [String], _ widths: [Int]) -> String {
    cells.indices.map { column in
      cells[column].padded(to: widths[column], alignment: column == 0 ? .left : .right)
    }.joined(separator: "  ")
  }
}
