internal import ArgumentParser
internal import Graft

/// The hypernetwork that predicts rows, and the model that they are for.
struct HypernetworkOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A hypernetwork for BASE in ZeTT's layout: one more method, hypernet.", valueName: "dir"))
  var hypernet: String?

  @Option(
    help: ArgumentHelp(
      "The language of the new tokens, for a hypernetwork that tells languages apart.",
      valueName: "code"))
  var language: String?

  @Option(
    help: ArgumentHelp(
      """
      Give the tokenizer to this model, a fine-tuned form of BASE; rows are predicted from those of BASE, \
      which the hypernetwork knows.
      """, valueName: "model"))
  var onto: String?

  @Option(
    help: ArgumentHelp(
      """
      How much of what fine-tuning changed about the rows of a token's pieces is added to its predicted \
      row; 0 for nothing.
      """, valueName: "share"))
  var ontoShare: Float?

  func validate() throws {
    if hypernet == nil && (language != nil || onto != nil) {
      throw ValidationError("--language and --onto go with --hypernet.")
    }
    if ontoShare != nil && onto == nil { throw ValidationError("--onto-share goes with --onto.") }
    if let ontoShare, !ontoShare.isFinite {
      throw ValidationError("--onto-share must be a number.")
    }
  }

  /// The hypernetwork with the rows of `model`.
  func source(reading model: ModelDirectory) throws -> HypernetworkSource? {
    guard let hypernet else { return nil }
    return try HypernetworkSource(
      Hypernetwork(hypernet), reading: model, language: language,
      fineTuningShare: onto == nil ? nil : ontoShare ?? 1)
  }

  /// The model of --onto.
  func fineTuned() throws -> ModelDirectory? { try onto.map { try ModelDirectory($0) } }
}
