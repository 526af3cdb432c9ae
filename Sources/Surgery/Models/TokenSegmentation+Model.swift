internal import Tokenization
package import TokenizerFiles

extension TokenSegmentation {
  /// The segmentation by a model's own tokenizer, into the tokens that have a row.
  package init(_ model: ModelDirectory) {
    self.init(
      model.tokenizer, model.vocabulary, model.specialTokens,
      rowCount: model.vocabularyTensors.rows)
  }
}
