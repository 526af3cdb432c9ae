public import Tokenization

/// All that decides what a unigram tokenizer will be, but the texts: how lines are normalized and cut
/// as the sentencepiece library does it, and how the model is trained.
public struct UnigramRecipe: Sendable {
  public var settings: UnigramTrainerSettings
  /// What is done to a line before it is cut. With a character map it is that of the map.
  public var normalization: SentencePieceDefinition.Normalization
  /// The longest line that is used, in bytes (`max_sentence_length`).
  public var maximumLineLength = 4192

  public init(
    _ settings: UnigramTrainerSettings,
    normalization: SentencePieceDefinition.Normalization = .init()
  ) {
    self.settings = settings
    self.normalization = normalization
  }

  /// Learns a tokenizer.
  ///
  /// - Parameter progress: told the stage and the share of it that is done.
  /// - Throws: `UnigramTrainingError`, `TokenizerError` when the character map is not sound, as
  ///   `Corpus.countWords`, and what `progress` throws.
  public func train(
    _ corpus: Corpus, progress: TrainingProgress = { _, _ in }
  ) throws -> TrainedUnigram {
    let trainer = try UnigramTrainer(settings)
    let lines = try SentencePieceLines(
      normalization: normalization, settings: settings, maximumLength: maximumLineLength)
    let words = try corpus.countWords(lines, threadCount: settings.threads, progress: progress)
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

  /// How far the pieces have come from so many to the size of the vocabulary.
  private func fraction(_ pieces: Int, of first: Int) -> Double {
    let rest = Double(pieces - settings.vocabularySize)
    let whole = Double(first - settings.vocabularySize)
    return whole <= 0 ? 1 : max(0, min(1, 1 - rest / whole))
  }
}
