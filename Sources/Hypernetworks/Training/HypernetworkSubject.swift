public import LanguageModels
internal import Tensors
public import Tokenization
public import TokenizerFiles

/// The model that a hypernetwork is trained for.
public struct HypernetworkSubject: Sendable {
  let rows: SourceRows
  /// What runs the model; `nil` when graft cannot.
  let language: LanguageModel?
  /// The model's directory, for messages.
  let directory: String
  let splitting: TrainingWords.Splitting
  let segmentation: TokenSegmentation
  /// The tokens that stand for text, with it.
  let texts: [(id: TokenID, text: [UInt8])]
  /// The token that documents begin with.
  let documentStart: TokenID?
  let padToken: TokenID

  /// - Parameters:
  ///   - rows: the model's rows.
  ///   - language: what runs the model; without it there is no language-model stage.
  ///   - directory: the model's, for messages.
  /// - Throws: `TokenizerError` when the tokenizer's splitting rule is not valid.
  public init(
    _ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary,
    _ specialTokens: SpecialTokens, rows: SourceRows, language: LanguageModel?, directory: String
  ) throws {
    self.rows = rows
    self.language = language
    self.directory = directory
    splitting = try TrainingWords.Splitting(definition.preTokenizer)
    segmentation = TokenSegmentation(
      definition, vocabulary, specialTokens, rowCount: rows.input.rows)
    let spelling = TokenSpelling(definition, vocabulary)
    texts = spelling.texts(specialTokens).filter {
      $0.id < rows.input.rows && !spelling.isByteFallback($0.id)
    }
    documentStart = specialTokens.documentStart
    // A token that spells no text, so that no surface holds it.
    let known = Set(texts.map(\.id))
    padToken =
      specialTokens.ids[.pad] ?? specialTokens.ids[.eos]
      ?? (0..<TokenID(rows.input.rows)).first { !known.contains($0) } ?? TokenID(rows.input.rows)
  }
}
