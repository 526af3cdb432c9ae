internal import ArgumentParser
internal import Graft

/// `graft bytes score`
struct BytesScoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "score",
    abstract: "Measure how well models tell the bytes of a text.",
    discussion: """
      Each document is read byte by byte from its beginning-of-text token; every byte is told from all \
      covers of what stands before it. With --prompts, single bytes are asked for behind prompts that end \
      inside a word, in the exact way and by the usual ones.

      Examples:
        graft bytes score model/ --text test.txt --separator nul --bytes 10000
        graft bytes score model-a/ --with model-b/ --text test.txt --prompts 500
      """)

  @Argument(help: "The model directory.")
  var model: String

  @OptionGroup var models: ByteModelOptions

  @Option(help: ArgumentHelp("A text in UTF-8.", valueName: "file"))
  var text: String

  @Option(help: "What stands between the documents of the file.")
  var separator = NamedValue(DocumentSeparator.none)

  @Option(help: ArgumentHelp("How many bytes are measured at most.", valueName: "count"))
  var bytes: Int?

  @Option(help: ArgumentHelp("Ask at so many prompts inside words.", valueName: "count"))
  var prompts: Int?

  @Flag(help: "Print one object.")
  var json = false

  /// A line of the result.
  private struct Row {
    let name: String
    let boundary: PromptBoundary
    var score = ByteScore()
  }

  func run() throws {
    Interruption.catchSignals()
    let text = try LineReader(text).rest()
    let documents = separator.value.documents(in: text).map(Array.init)
    let progress = ProgressBar()
    defer { progress.finish() }
    let models = try models.open(model)
    let rows =
      try prompts.map { count in
        try atPrompts(PromptSample.insideWords(of: documents, count: count), models, progress)
      } ?? overText(documents, models, progress)
    progress.finish()
    print(rows)
  }

  private var names: [String] { [model] + models.others }

  private func atPrompts(
    _ samples: [PromptSample], _ models: [BytePrediction], _ progress: ProgressBar
  ) throws -> [Row] {
    var rows: [Row] = []
    for boundary in PromptBoundary.allCases {
      var single = names.map { Row(name: $0, boundary: boundary) }
      var joined = Row(name: "ensemble", boundary: boundary)
      for (index, sample) in samples.enumerated() {
        try progress.update(
          "\(boundary.rawValue) bytes", Double(index) / Double(samples.count))
        let parts = try models.map {
          try $0.nextByte(
            after: sample.prompt, boundary: boundary, mode: self.models.mode.value,
            beam: self.models.sequenceLimit)
        }
        for (place, part) in parts.enumerated() { single[place].score.add(part, sample.next) }
        joined.score.add(ByteEnsemble.joined(parts, self.models.ensemble.value), sample.next)
      }
      rows += single + (names.count > 1 ? [joined] : [])
    }
    return rows
  }

  private func overText(
    _ documents: [[UInt8]], _ models: [BytePrediction], _ progress: ProgressBar
  ) throws -> [Row] {
    var rows = names.map { Row(name: $0, boundary: .exact) }
    if names.count > 1 { rows.append(Row(name: "ensemble", boundary: .exact)) }
    let total = min(bytes ?? .max, documents.reduce(0) { $0 + $1.count })
    for document in documents where rows[0].score.count < total {
      var readers = try models.map {
        try $0.byteModel(self.models.mode.value, beam: self.models.sequenceLimit)
      }
      for byte in document.prefix(total - rows[0].score.count) {
        try progress.update("bytes", Double(rows[0].score.count) / Double(total))
        var parts: [ByteDistribution] = []
        for place in readers.indices {
          parts.append(try readers[place].nextByte())
          rows[place].score.add(parts[place], byte)
          try readers[place].append(byte)
        }
        if parts.count > 1 {
          rows[parts.count].score.add(
            ByteEnsemble.joined(parts, self.models.ensemble.value), byte)
        }
      }
    }
    return rows
  }

  private func print(_ rows: [Row]) {
    if json {
      let list = rows.map { row in
        "{\"model\":\(JSONText.string(row.name)),\"boundary\":\"\(row.boundary.rawValue)\","
          + "\"bytes\":\(row.score.count),\"bitsPerByte\":\(JSONText.number(row.score.bitsPerByte)),"
          + "\"accuracy\":\(JSONText.number(row.score.accuracy))}"
      }
      return Swift.print("{\"scores\":\(JSONText.list(list))}")
    }
    for row in rows {
      Swift.print(
        "\(row.score.bitsPerByte.rounded(to: 4)) bits per byte  "
          + "\((row.score.accuracy * 100).rounded(to: 1)) % right  \(row.score.count.grouped) bytes  "
          + "\(row.boundary.rawValue)  \(row.name)")
    }
  }
}
