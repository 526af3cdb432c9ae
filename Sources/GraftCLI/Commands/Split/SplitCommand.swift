internal import ArgumentParser
internal import Graft

/// `graft split`
struct SplitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split",
    abstract: "Cut text into words, and words into padded rows of units.",
    discussion: """
      Without --output the words are printed, one per line. With it, rows of units (words × width) are \
      written into a directory, a file for every batch, with masks, lengths and the places in the text, and \
      words.json that says what the ids mean. Memory does not grow with the text.

      Examples:
        echo "don't stop" | graft split
        graft split --rule hat --max-units 64 --prefix-slots 4 --output rows/ corpus.txt
        graft split --rule unicode --format jsonl texts.jsonl
      """)

  enum Format: String, ExpressibleByArgument, CaseIterable {
    case lines, jsonl
  }

  @Option(
    help: ArgumentHelp(
      """
      hat (hierarchical transformers), unicode (UAX #29), learn-your-tokens, learn-your-tokens-unified, or \
      a tokenizer, whose way of cutting before the model is taken.
      """, valueName: "rule"))
  var rule = "hat"

  @Flag(inversion: .prefixedNo, help: "Keep what the rule drops between words as words.")
  var separators = true

  @Option(
    help: """
      How words are printed: one per line, or jsonl: an object with "text" per line in, one with words and \
      offsets per line out.
      """)
  var format = Format.lines

  @OptionGroup(title: "Rows of units") var pooling: PoolingOptions

  @Argument(help: "The inputs; standard input without one.")
  var files: [String] = []

  func validate() throws {
    if format == .jsonl, files.count > 1 || pooling.output != nil {
      throw ValidationError("--format jsonl reads one file and prints words.")
    }
  }

  func run() throws {
    Interruption.catchSignals()
    let splitter = try WordRule(named: rule).splitter()
    if format == .jsonl {
      return try JSONLines.process(LineReader(files.first)) { line, row in
        try write(Array(line.string("text").utf8), splitter, to: &row)
      }
    }
    if let output = pooling.output { return try writeRows(splitter, to: output) }
    try printWords(splitter)
  }

  private func write(
    _ text: [UInt8], _ splitter: any WordSplitting, to row: inout JSONBytes
  ) throws {
    let words = try splitter.words(of: text, keepsSeparators: separators)
    row.append(#"{"words":"#)
    row.appendList(words) { $0.append(string: text[$1]) }
    row.append(#","offsets":"#)
    row.appendList(words) { $0.append(range: $1) }
    row.append("}")
  }

  private func printWords(_ splitter: any WordSplitting) throws {
    let output = BufferedWriter.standardOutput()
    var layout = PoolingLayout()
    layout.keepsSeparators = separators
    try forEachBatch(splitter, layout) { batch in
      for row in 0..<batch.count {
        let word = batch.units(ofRow: row).map { UInt8(truncatingIfNeeded: $0 - 3) }
        try output.write(VisibleText.of(word) + "\n")
      }
    }
    try output.flush()
  }

  private func writeRows(_ splitter: any WordSplitting, to output: String) throws {
    var layout = try pooling.layout()
    layout.keepsSeparators = separators
    let files = try PooledFiles(
      destination: output, format: pooling.arrays.value, rule: rule, replacing: pooling.force)
    try forEachBatch(splitter, layout) { batch in
      try Interruption.check()
      try files.write(batch)
    }
    try files.finish()
  }

  /// Pools the inputs, each a text of its own, whose places count on through all of them.
  private func forEachBatch(
    _ splitter: any WordSplitting, _ layout: PoolingLayout, _ body: (PooledBatch) throws -> Void
  ) throws {
    var pooler = WordPooler(splitter, layout, batchSize: pooling.batchSize)
    for file in files.isEmpty ? ["-"] : files {
      let input = try LineReader(file)
      while let part = try input.chunk() { try pooler.append(part, body) }
      try pooler.endText(body)
    }
    try pooler.finish(body)
  }
}
