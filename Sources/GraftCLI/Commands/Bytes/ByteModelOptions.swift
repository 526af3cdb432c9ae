internal import ArgumentParser
internal import Graft

/// The options that say which models tell bytes, and how several are joined.
struct ByteModelOptions: ParsableArguments {
  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "A further model, whose vocabulary may be another: the two are one ensemble.",
      valueName: "model"))
  var others: [String] = []

  @Option(help: "mean of the probabilities, or product: their geometric mean.")
  var ensemble = NamedValue(ByteEnsemble.Rule.mean)

  @Option(
    help: """
      canonical: token sequences that the tokenizer makes of some text. all: every sequence that spells \
      the text, followed by a beam.
      """)
  var mode = NamedValue(CoveringRules.Mode.canonical)

  @Option(
    help: ArgumentHelp("How many token sequences are followed with --mode all.", valueName: "count")
  )
  var beam = 8

  func validate() throws {
    if beam < 1 { throw ValidationError("--beam must be at least 1.") }
  }

  /// How many token sequences are followed; all of them where only canonical ones count.
  var sequenceLimit: Int? { mode.value == .all ? beam : nil }

  /// Opens the models.
  func open(_ first: String) throws -> [BytePrediction] {
    try ([first] + others).map { try BytePrediction(TextEvaluator($0)) }
  }
}
