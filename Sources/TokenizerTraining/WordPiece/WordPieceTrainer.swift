public import Tokenization

/// Learns WordPiece vocabularies as Hugging Face's `WordPieceTrainer` does: the tokens of a byte-pair
/// encoding whose continuations are marked.
public struct WordPieceTrainer: Sendable {
  /// What is learned. Where it names no prefix of continuations, that is `##`.
  public var settings: BPETrainer.Settings

  public init(_ settings: BPETrainer.Settings = BPETrainer.Settings()) {
    self.settings = settings
    self.settings.continuingPrefix = settings.continuingPrefix ?? "##"
  }

  /// Learns the vocabulary of a corpus.
  ///
  /// - Throws: as `BPETrainer.train`.
  public func train(
    _ counts: WordCounts, progress: TrainingProgress = { _, _ in }
  ) throws -> WordPieceDefinition {
    let pairs = try BPETrainer(settings).train(counts, progress: progress)
    var model = WordPieceDefinition(vocabulary: pairs.vocabulary)
    model.continuingPrefix = settings.continuingPrefix ?? ""
    return model
  }
}
