internal import ByteIO

/// What a config says about the part of a model that reads and makes tokens.
struct VocabularyConfig: Sendable {
  let architecture: ModelArchitecture
  /// The object that describes the language model: `config.json` itself, or the part of it that a model
  /// of text and images keeps for the text.
  let text: JSON
  /// Whether that is a part.
  let isNested: Bool
  /// Whether input and output are one matrix; `nil` when the config does not say.
  let isTied: Bool?

  /// The members under which models of more than text describe their language model.
  private static let nestedKeys = ["text_config", "llm_config", "language_config"]

  /// - Throws: `ModelError` when graft does not know the architecture, `JSONError` when a member is not
  ///   what it should be.
  init(_ config: JSON, directory: String) throws {
    let nested = Self.nestedKeys.lazy.compactMap { config[$0] }.first { $0.kind == .object }
    guard let type = try config.optionalString("model_type") else {
      throw ModelError(directory, .unknownArchitecture(nil))
    }
    let known: ModelArchitecture?
    if let nested {
      let inner = try nested.optionalString("model_type")
      let found =
        [inner, inner?.withoutSuffix("_text"), type].lazy
        .compactMap { $0.flatMap(ModelArchitecture.named) }.first
      // Nearly all are Llama's kin; where one is not, its tensors are not found.
      known = (found ?? ModelArchitecture.decoder(isTied: false)).nested
    } else {
      known = ModelArchitecture.named(type)
    }
    guard let known else { throw ModelError(directory, .unknownArchitecture(type)) }
    architecture = known
    text = nested ?? config
    isNested = nested != nil
    isTied = try Self.isTied(config) ?? nested.flatMap { try Self.isTied($0) }
  }

  /// What a GGUF file says, with a config made from it.
  init(gguf config: JSON) {
    architecture = ModelArchitecture(
      input: [GGUFModel.inputName], output: [GGUFModel.outputName], biases: [GGUFModel.biasName],
      isTiedByDefault: true)
    text = config
    isNested = false
    isTied = nil
  }

  private static func isTied(_ config: JSON) throws -> Bool? {
    guard let value = config["tie_word_embeddings"], !value.isNull else { return nil }
    return try config.bool("tie_word_embeddings")
  }

  /// The number of rows that the config states.
  var vocabularySize: Int? { text["vocab_size"]?.int }
}

extension ModelArchitecture {
  /// The prefixes of a language model's tensors inside a model of more than text.
  private static let nestedPrefixes = [
    "language_model.", "model.language_model.", "model.text_model.", "text_model.", "llm.",
  ]

  /// The same architecture inside a model of more than text.
  fileprivate var nested: ModelArchitecture {
    func nested(_ names: [String]) -> [String] {
      names
        + Self.nestedPrefixes.flatMap { prefix in
          names.flatMap { [prefix + $0, prefix + ($0.withoutPrefix("model.") ?? $0)] }
        }
    }
    var result = self
    result.input = nested(input)
    result.output = nested(output)
    result.biases = nested(biases)
    result.isTiedWithoutOutput = true
    return result
  }
}

extension String {
  fileprivate func withoutSuffix(_ suffix: String) -> String? {
    hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
  }

  fileprivate func withoutPrefix(_ prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
