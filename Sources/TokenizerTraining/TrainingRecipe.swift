public import Tokenization
internal import TokenizerFiles

/// All that decides what a tokenizer will be, but the texts.
public struct TrainingRecipe: Sendable {
  /// The kind of model and the settings that belong to it.
  public enum Model: Sendable {
    case bpe(BPETrainer.Settings)
    case wordPiece(BPETrainer.Settings)
    case wordLevel(WordLevelTrainer)
    /// Words that the recipe's pipeline has cut.
    case unigram(UnigramTrainerSettings)
    /// Lines, as the sentencepiece library cuts them; pipeline and special tokens are the model's own.
    case sentencePiece(UnigramRecipe)
    /// Its own pipeline and special tokens count, not those of the recipe.
    case continuedBPE(BPEContinuation)
  }

  public var model: Model
  public var pipeline: TrainingPipeline
  /// The tokens that are put first in the vocabulary and matched in texts as they stand.
  public var specialTokens: [String] = []
  /// The token for what the vocabulary has no token for. It becomes the first special token unless it
  /// is one.
  public var unknownToken: String?
  /// Whether a byte-pair encoding that is byte-level starts from all 256 bytes.
  public var includesAllBytes = true

  public init(_ model: Model, pipeline: TrainingPipeline) {
    self.model = model
    self.pipeline = pipeline
  }

  /// What was learned, and what from.
  public struct Outcome: Sendable {
    public let definition: TokenizerDefinition
    /// The words that the model was learned from.
    public let words: WordCounts
  }

  /// Learns a tokenizer.
  ///
  /// - Parameters:
  ///   - threadCount: the number of threads; as many as there are cores when it is `nil`. The result
  ///     does not depend on it.
  ///   - memoryBudget: what the counts of words may take, in bytes; beyond it the rarest are dropped.
  /// - Throws: as `Corpus.countWords` and `BPETrainer.train`.
  public func train(
    _ corpus: Corpus, threadCount: Int? = nil, memoryBudget: Int = 2 << 30,
    progress: TrainingProgress = { _, _ in }
  ) throws -> Outcome {
    if case .sentencePiece(var recipe) = model {
      recipe.settings.threads = threadCount
      let corpus = try recipe.countWords(corpus, progress: progress)
      let trained = try recipe.train(corpus, progress: progress)
      return Outcome(definition: try recipe.tokenizer(trained), words: corpus.words)
    }
    let words = try corpus.countWords(
      countedPipeline, keepsBytes: keepsBytes, threadCount: threadCount,
      memoryBudget: memoryBudget, progress: progress)
    return Outcome(definition: try train(words, progress: progress), words: words)
  }

  /// Learns a tokenizer from words that its pipeline has cut.
  private func train(
    _ words: WordCounts, progress: TrainingProgress
  ) throws -> TokenizerDefinition {
    switch model {
    case .continuedBPE(let continuation):
      return try continuation.train(words, progress: progress)
    case .bpe(var settings):
      settings.specialTokens = allSpecialTokens
      if pipeline.isByteLevel && includesAllBytes {
        settings.initialAlphabet.formUnion(BPETrainer.byteAlphabet)
      }
      var model = try BPETrainer(settings).train(words, progress: progress)
      model.unknownToken = unknownToken
      return tokenizer(.bpe(model))
    case .wordPiece(var settings):
      settings.specialTokens = allSpecialTokens
      var model = try WordPieceTrainer(settings).train(words, progress: progress)
      model.unknownToken = unknownToken ?? model.unknownToken
      return tokenizer(.wordPiece(model))
    case .sentencePiece(let recipe):
      return try recipe.tokenizer(try recipe.train(UnigramCorpus(words), progress: progress))
    case .unigram(let settings):
      let trained = try UnigramRecipe(settings).train(UnigramCorpus(words), progress: progress)
      var definition = pipeline.definition(.unigram(trained.unigramDefinition))
      definition.addedTokens = trained.addedTokens
      return definition
    case .wordLevel(var trainer):
      trainer.specialTokens = allSpecialTokens
      var model = trainer.train(words)
      model.unknownToken = unknownToken ?? model.unknownToken
      return tokenizer(.wordLevel(model))
    }
  }

  /// The pipeline around a model, with BERT's special tokens around texts where it is BERT's.
  private func tokenizer(_ model: TokenizationModel) -> TokenizerDefinition {
    var pipeline = pipeline
    if pipeline.preTokenizer == .bert, pipeline.postProcessor == nil {
      pipeline.postProcessor = BERTPipeline.template(model.vocabulary)
    }
    return pipeline.definition(model, addedTokens: addedTokens(model.vocabulary))
  }

  private var countedPipeline: TrainingPipeline {
    if case .continuedBPE(let continuation) = model {
      return TrainingPipeline(of: continuation.definition)
    }
    return pipeline
  }

  /// Byte-pair encodings take bytes as they are; the other models see them spelled.
  private var keepsBytes: Bool {
    switch model {
    case .bpe, .wordPiece: true
    case .wordLevel, .unigram, .sentencePiece: false
    case .continuedBPE(let continuation): continuation.takesBytes
    }
  }

  /// The special tokens with the unknown token among them.
  private var allSpecialTokens: [String] {
    guard let unknownToken, !specialTokens.contains(unknownToken) else { return specialTokens }
    return [unknownToken] + specialTokens
  }

  private func addedTokens(_ vocabulary: Vocabulary) -> [AddedToken] {
    allSpecialTokens.compactMap { token in
      vocabulary.id(of: Array(token.utf8)).map {
        AddedToken(id: $0, content: token, isNormalized: false, isSpecial: true)
      }
    }
  }
}
