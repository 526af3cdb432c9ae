internal import ArgumentParser
internal import Graft

/// `graft bytes next`
struct BytesNextCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "next",
    abstract: "Tell how probable each byte is after a prompt.",
    discussion: """
      Examples:
        graft bytes next model/ 'In the begin'
        graft bytes next model/ 'In the begin' --boundary healing --top 5
        graft bytes next model-a/ 'In the begin' --with model-b/ --json
        graft bytes next tokenizer.json 'In the' --predictions steps.jsonl
      """)

  @Argument(help: "The model directory; with --predictions, a tokenizer.")
  var model: String

  @Argument(help: "The prompt; standard input without one.")
  var prompt: String?

  @Option(
    help: """
      exact: over all covers. naive: after the prompt's own tokens. healing: the last token taken back and \
      found again.
      """)
  var boundary = NamedValue(PromptBoundary.exact)

  @OptionGroup var models: ByteModelOptions

  @Option(
    help: ArgumentHelp(
      """
      Token probabilities of a model that graft does not run: an object per line with `tokens` and \
      `logProbabilities`.
      """, valueName: "file"))
  var predictions: String?

  @Option(help: ArgumentHelp("How many bytes are listed.", valueName: "count"))
  var top = 10

  @Flag(help: "Print one object with the 256 probabilities and that of the end.")
  var json = false

  func run() throws {
    let prompt = try prompt.map { Array($0.utf8) } ?? LineReader(nil).rest()
    let next = try distribution(prompt)
    if json {
      let list = JSONText.list(next.probabilities.map { JSONText.number($0) })
      print("{\"probabilities\":\(list),\"end\":\(JSONText.number(next.end))}")
      return
    }
    let bytes = next.probabilities.indices.sorted {
      next.probabilities[$0] > next.probabilities[$1]
    }
    for byte in bytes.prefix(top) where next.probabilities[byte] > 0 {
      print("\(next.probabilities[byte].rounded(to: 6))\t\(VisibleText.of([UInt8(byte)]))")
    }
    print("\(next.end.rounded(to: 6))\tend of text")
  }

  private func distribution(_ prompt: [UInt8]) throws -> ByteDistribution {
    if let predictions {
      let rules = try CoveringRules(
        Tokenizer(TokenizerOptions.definition(named: model)), mode: models.mode.value)
      var bytes = try CoveringByteModel(StoredPredictions(contentsOf: predictions), rules: rules)
      for byte in prompt { try bytes.append(byte) }
      return try bytes.nextByte()
    }
    let parts = try models.open(model).map {
      try $0.nextByte(
        after: prompt, boundary: boundary.value, mode: models.mode.value,
        beam: models.sequenceLimit)
    }
    return ByteEnsemble.joined(parts, models.ensemble.value)
  }
}
