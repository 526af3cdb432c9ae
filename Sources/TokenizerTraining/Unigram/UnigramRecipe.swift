public import Tokenization

/// All that decides what a unigram tokenizer will be, but the texts: how lines are normalized and cut
/// as the sentencepiece library does it, and how the model is trained.
public struct UnigramRecipe: Sendable {
  public var settings: UnigramTrainerSettings
  /// What is done to a line before it is cut. With a character map it is that of the map.
  public var normalization: SentencePieceDefinition.Normalization
  /// The longest line that is used, in bytes (`max_sentence_length`).
  public var maximumLineLength = 4192

  /// In whose terms the tokenizer is defined.
  public var form = Form.sentencePiece

  /// What a tokenizer is for.
  public enum Form: Sendable {
    /// The sentencepiece library.
    case sentencePiece
    /// Hugging Face's library; see `TrainedUnigram.huggingFaceTokenizer(normalization:)`.
    case huggingFace
  }

  public init(
    _ settings: UnigramTrainerSettings,
    normalization: SentencePieceDefinition.Normalization = .init()
  ) {
    self.settings = settings
    self.normalization = normalization
  }

  /// Counts the words of a corpus and learns pieces from them.
  ///
  /// - Parameter progress: told the stage and the share of it that is done.
  /// - Throws: as `countWords` and `train(_:progress:)`.
  public func train(
    _ corpus: Corpus, progress: TrainingProgress = { _, _ in }
  ) throws -> TrainedUnigram {
    try train(countWords(corpus, progress: progress), progress: progress)
  }

  /// Counts the words of a corpus.
  ///
  /// - Throws: `TokenizerError` when the character map is not sound, and as `Corpus.countWords`.
  public func countWords(
    _ corpus: Corpus, progress: TrainingProgress = { _, _ in }
  ) throws -> UnigramCorpus {
    let lines = try SentencePieceLines(
      normalization: normalization, settings: settings, maximumLength: maximumLineLength)
    return try corpus.countWords(lines, threadCount: settings.threads, progress: progress)
  }

  /// Learns pieces from words.
  ///
  /// - Throws: `UnigramTrainingError`, and what `progress` throws.
  public func train(
    _ words: UnigramCorpus, progress: TrainingProgress = { _, _ in }
  ) throws -> TrainedUnigram {
    let trainer = try UnigramTrainer(settings)
    try progress("finding pieces", 0)
    var first = 0
    return try trainer.train(words) { step in
      switch step {
      case .seeded(let pieces): first = pieces
      case .maximized(let pieces, _), .pruned(let pieces):
        try progress("choosing pieces", fraction(pieces, of: first))
      }
    }
  }

  /// The tokenizer that a model is in.
  ///
  /// - Throws: `UnigramTrainingError.badSetting` when Hugging Face's library has no parts for it.
  public func tokenizer(
    _ trained: TrainedUnigram
  ) throws(UnigramTrainingError) -> TokenizerDefinition {
    switch form {
    case .sentencePiece: return trained.sentencePieceTokenizer(normalization: normalization)
    case .huggingFace:
      if let tokenizer = trained.huggingFaceTokenizer(normalization: normalization) {
        return tokenizer
      }
      throw .badSetting("only a sentencepiece model can have the mark of a space end words")
    }
  }

  /// How far the pieces have come from so many to the size of the vocabulary.
  private func fraction(_ pieces: Int, of first: Int) -> Double {
    let rest = Double(pieces - settings.vocabularySize)
    let whole = Double(first - settings.vocabularySize)
    return whole <= 0 ? 1 : max(0, min(1, 1 - rest / whole))
  }
}
