internal import ArgumentParser
internal import Graft

/// `graft hypernet predict`
struct HypernetPredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Predict the rows of a tokenizer's tokens.",
    discussion: """
      Writes a safetensors file with one row per token that stands for text: `input`, `output` where \
      the model has separate output rows, `bias` where the hypernetwork predicts one; and `ids`, the \
      token of each row. Tokens that the model has are predicted too.

      Examples:
        graft hypernet predict base/ zett-base/ --tokenizer new.json --output rows.safetensors
        graft hypernet predict xlm-roberta-base/ zett-xlmr/ -t de.json --language de -o rows.safetensors
      """)

  @Argument(help: "The model that the hypernetwork was trained for.")
  var model: String

  @Argument(help: "The directory of the hypernetwork.")
  var hypernetwork: String

  @Option(
    name: [.customShort("t"), .long],
    help: ArgumentHelp("A tokenizer in any format.", valueName: "tokenizer"))
  var tokenizer: String

  @Option(
    help: ArgumentHelp(
      "The language of the tokens, for a hypernetwork that tells languages apart.",
      valueName: "code"))
  var language: String?

  @Option(name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"))
  var output: String

  @Flag(help: "Replace the file if it exists.")
  var force = false

  @Flag(help: "Print a report as one JSON object.")
  var json = false

  func run() throws {
    Interruption.catchSignals()
    if !force { try FileSystem.requireNothing(at: output) }
    let source = try HypernetworkSource(
      Hypernetwork(hypernetwork), reading: ModelDirectory(model), language: language)
    let target = try TransplantTarget(tokenizer: TokenizerLocation.find(tokenizer))
    let progress = ProgressBar()
    defer { progress.finish() }
    let start = ContinuousClock.now
    let rows = try source.rows(of: target) { try progress.update("predicting rows", $0) }
    let duration = ContinuousClock.now - start
    try rows.write(to: output, replacing: force)
    progress.finish()
    print(summary(rows, took: duration))
  }

  private func summary(_ rows: TokenRows, took: Duration) -> String {
    let seconds = took / .seconds(1)
    let rate = Double(rows.ids.count) / max(seconds, 1e-9)
    if json {
      return "{\"out\":\(JSONText.string(output)),\"tokens\":\(rows.ids.count),"
        + "\"truncated\":\(rows.truncated),\"withoutPieces\":\(rows.withoutPieces),"
        + "\"seconds\":\(JSONText.number(seconds))}"
    }
    var text =
      "\(output): \(rows.ids.count.grouped) rows in \(seconds.rounded(to: 1)) s "
      + "(\(rate.rounded(to: 0)) per second)"
    if rows.truncated > 0 {
      text +=
        "\n\(rows.truncated.grouped) tokens have more pieces than the hypernetwork reads; it read the first "
        + "\(rows.surfaceLength)"
    }
    if rows.withoutPieces > 0 {
      text +=
        "\n\(rows.withoutPieces.grouped) tokens cannot be spelled by the model's and have no row"
    }
    return text
  }
}
