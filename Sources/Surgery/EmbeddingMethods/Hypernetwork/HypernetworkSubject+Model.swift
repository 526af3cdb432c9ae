public import Hypernetworks
internal import LanguageModels

extension HypernetworkSubject {
  /// A model on disk.
  ///
  /// - Throws: `TokenizerError` when its splitting rule is not valid, `ModelError` when its rows are not
  ///   finite.
  public init(_ model: ModelDirectory) throws {
    try model.requireFiniteMatrices()
    let tensors = model.vocabularyTensors
    try self.init(
      model.tokenizer, model.vocabulary, model.specialTokens,
      rows: SourceRows(input: tensors.input.matrix, output: tensors.output?.matrix),
      language: try? LanguageModel(config: model.config, checkpoint: model.checkpoint),
      directory: model.path)
  }
}
