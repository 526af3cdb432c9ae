internal import ByteIO
internal import Tokenization

/// Trains a unigram language model over pieces (Kudo 2018, "Subword Regularization", arXiv:1804.10959)
/// as the sentencepiece library does, in its version 0.2.3.
///
/// It begins with the frequent substrings of the text, sets their probabilities by expectation
/// maximization, drops those without which the text stays most probable, and goes on like this until
/// the vocabulary has its size. The rules are those of SentencePiece's `unigram_model_trainer.cc`;
/// sums are in double precision (there in single), so that they do not lose what rare pieces add.
///
/// Only the different words are held. Memory is at most about 45 bytes per character of them (16 for
/// the suffix array and what finds the repeated substrings in it; then 4 per piece that stands at a
/// position, typically 4 to 7, and 13), beside 50 bytes per piece of the seed for each thread.
public struct UnigramTrainer: Sendable {
  private let settings: UnigramTrainerSettings
  private let special: [Int: SentencePieceDefinition.Piece]

  /// - Throws: `UnigramTrainingError` when a setting is out of its range or special pieces are in
  ///   conflict.
  public init(_ settings: UnigramTrainerSettings) throws(UnigramTrainingError) {
    try settings.validate()
    self.settings = settings
    special = try settings.specialPieces.table()
  }

  /// What has been done.
  public enum Progress: Sendable, Equatable {
    /// The training begins with so many pieces.
    case seeded(pieces: Int)
    /// A round of expectation maximization: the pieces left, and the mean negative log-likelihood of
    /// a word before it.
    case maximized(pieces: Int, objective: Double)
    /// A round of pruning: the pieces left.
    case pruned(pieces: Int)
  }

  /// Learns pieces and their log-probabilities.
  ///
  /// - Parameter progress: called after each step.
  /// - Throws: `UnigramTrainingError`, and what `progress` throws.
  public func train(
    _ corpus: UnigramCorpus, progress: (Progress) throws -> Void = { _ in }
  ) throws -> TrainedUnigram {
    let words = TrainingWord.words(
      of: corpus, followersVary: settings.treatsWhitespaceAsSuffix)
    let alphabet = RequiredCharacters(words, settings)
    let minimum = alphabet.scalars.count + special.count
    guard !alphabet.scalars.isEmpty else { throw UnigramTrainingError.noText }
    guard minimum <= settings.vocabularySize,
      special.keys.allSatisfy({ $0 < settings.vocabularySize })
    else {
      throw UnigramTrainingError.vocabularyTooSmall(size: settings.vocabularySize, minimum: minimum)
    }
    let text = try TrainingText(words, alphabet)
    var (lattices, model) = seed(text, alphabet)
    try progress(.seeded(pieces: model.count))
    try reduce(&lattices, &model, progress)
    let pieces = FinalPieces(model, text, alphabet)
      .best(settings.vocabularySize - special.count)
    let size = pieces.count + special.count
    guard size == settings.vocabularySize || !settings.needsWholeVocabulary else {
      throw UnigramTrainingError.vocabularyTooLarge(size: settings.vocabularySize, maximum: size)
    }
    return TrainedUnigram(learnt: pieces, special: special, settings: settings)
  }

  private func seed(
    _ text: TrainingText, _ alphabet: RequiredCharacters
  ) -> (WordLattices, PieceModel) {
    let seed = SeedPieces(text, alphabet, settings)
    let lattices = WordLattices(text, seed)
    return (lattices, lattices.model(text, seed))
  }

  /// Expectation maximization and pruning down to a tenth more than the vocabulary holds.
  private func reduce(
    _ lattices: inout WordLattices, _ model: inout PieceModel, _ progress: (Progress) throws -> Void
  ) throws {
    let workers = Workers.count(settings.threads)
    let words = Double(lattices.counts.reduce(0, +))
    let wanted = Int(Double(settings.vocabularySize) * 1.1)
    func maximize() throws {
      let expected = ExpectedCounts(lattices, model, workers: workers)
      lattices.renumber(model.maximize(expected.counts))
      try progress(.maximized(pieces: model.count, objective: -expected.logLikelihood / words))
    }
    while true {
      for _ in 0..<settings.subIterations { try maximize() }
      let size = max(wanted, Int(settings.shrinkingFactor * Float(model.count)))
      let kept = Pruning(lattices, model, workers: workers).keptPieces(size: size)
      model.ranks = kept.ranks
      lattices.renumber(model.keep(kept.isKept))
      try progress(.pruned(pieces: model.count))
      if model.count <= wanted { break }
    }
    lattices.renumber(
      model.keep(Pruning(lattices, model, workers: workers).reachablePieces()))
    if settings.refitsScores { try maximize() }
  }
}
