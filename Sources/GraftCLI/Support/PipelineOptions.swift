internal import ArgumentParser
internal import Graft

/// The options that say how texts are normalized and cut.
struct PipelineOptions: ParsableArguments {
  /// Names of normalizers with commas between.
  struct NormalizerList: ExpressibleByArgument {
    let normalizer: Normalizer?

    init?(argument: String) {
      var parts: [Normalizer] = []
      for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
        if name == "none" { continue }
        guard let part = Self.named(String(name)) else { return nil }
        parts.append(part)
      }
      normalizer = parts.count > 1 ? .sequence(parts) : parts.first
    }

    private static func named(_ name: String) -> Normalizer? {
      switch name {
      case "nfc": .nfc
      case "nfd": .nfd
      case "nfkc": .nfkc
      case "nfkd": .nfkd
      case "lowercase": .lowercase
      case "strip": .strip(left: true, right: true)
      case "strip-accents": .stripAccents
      case "nmt": .nmt
      default: nil
      }
    }
  }

  @Option(
    help: """
      The tokenizer whose way of cutting is taken. By default cl100k for BPE, bert for WordPiece, \
      words for WordLevel.
      """)
  var split: NamedValue<PipelinePreset>?

  @Option(
    help: ArgumentHelp(
      "Take everything but the model and the special tokens from this tokenizer instead.",
      valueName: "tokenizer"))
  var like: String?

  @Option(
    help: ArgumentHelp(
      "Another normalization: nfc, nfd, nfkc, nfkd, lowercase, strip, strip-accents, nmt, several "
        + "with commas between, or none.", valueName: "list"))
  var normalizer: NormalizerList?

  func validate() throws {
    if split != nil && like != nil {
      throw ValidationError("--split and --like exclude each other.")
    }
  }

  /// Whether any of the options is.
  var isGiven: Bool { split != nil || like != nil || normalizer != nil }

  /// The surroundings of the model.
  func pipeline(default preset: PipelinePreset) throws -> TrainingPipeline {
    var pipeline = (split?.value ?? preset).pipeline
    if let like {
      pipeline = TrainingPipeline(of: try TokenizerOptions.definition(named: like))
    }
    if let normalizer { pipeline.normalizer = normalizer.normalizer }
    return pipeline
  }
}
