internal import ArgumentParser
internal import Graft

/// The options that say what kind of model is learned.
struct TrainingOptions: ParsableArguments {
  enum Model: String, ExpressibleByArgument, CaseIterable {
    case bpe
    case wordPiece = "wordpiece"
    case wordLevel = "wordlevel"
    case unigram
  }

  @Option(help: "The kind of model.")
  var model = Model.bpe

  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp("How many tokens there are to be.", valueName: "n"))
  var vocabularySize = 32_000

  @Option(
    help: ArgumentHelp("How often a pair or a word must occur to become a token.", valueName: "n"))
  var minFrequency = 2

  @Option(
    help: ArgumentHelp(
      "A special token; may be given several times. They get the first ids, in this order.",
      valueName: "token"))
  var special: [String] = []

  @Option(
    help: ArgumentHelp(
      "The token for what the vocabulary cannot spell; by default [UNK] of WordPiece and <unk> of "
        + "WordLevel.", valueName: "token"))
  var unk: String?

  @Flag(help: "Add the tokens <0x00> … <0xFF> for characters outside the alphabet.")
  var byteFallback = false

  @Option(
    help: ArgumentHelp("Keep only so many characters, the most frequent ones.", valueName: "n"))
  var alphabetLimit: Int?

  @Option(
    help: ArgumentHelp(
      "Characters that belong to the alphabet whether they occur or not. Byte-level models always "
        + "have all bytes.", valueName: "characters"))
  var alphabet = ""

  @Option(
    help: ArgumentHelp(
      "Form no pair of so many characters or more, as max_token_length of Hugging Face.",
      valueName: "n"))
  var maxTokenLength: Int?

  @Option(
    help: ArgumentHelp(
      "What marks the characters of a word after the first; ## in WordPiece.", valueName: "text"))
  var continuingPrefix: String?

  @Option(help: ArgumentHelp("What marks the last character of a word.", valueName: "text"))
  var endOfWordSuffix: String?

  @Option(
    name: .customLong("continue"),
    help: ArgumentHelp(
      """
      Go on from this byte-pair encoding: its tokens keep their ids, its merges their order, and new \
      ones follow them up to --vocab-size tokens. How texts are cut, the special tokens and the marks \
      of words are its own.
      """, valueName: "tokenizer"))
  var continued: String?

  func validate() throws {
    if continued != nil {
      if model != .bpe { throw ValidationError("--continue needs --model bpe.") }
      if !special.isEmpty || unk != nil || byteFallback || continuingPrefix != nil
        || endOfWordSuffix != nil || !alphabet.isEmpty
      {
        throw ValidationError(
          "--continue goes with --vocab-size, --min-frequency, --alphabet-limit and "
            + "--max-token-length; all else is kept as it is.")
      }
    }
    if vocabularySize < 1 { throw ValidationError("--vocab-size must be at least 1.") }
    if minFrequency < 0 { throw ValidationError("--min-frequency must not be negative.") }
    if let alphabetLimit, alphabetLimit < 0 {
      throw ValidationError("--alphabet-limit must not be negative.")
    }
    if byteFallback && model != .bpe && model != .unigram {
      throw ValidationError("--byte-fallback needs --model bpe or unigram.")
    }
    if special.contains("") { throw ValidationError("a special token must not be empty.") }
  }

  /// All that decides what the tokenizer will be.
  ///
  /// - Parameter format: what it is to be written as.
  func recipe(
    _ pipeline: PipelineOptions, _ unigram: UnigramOptions, format: TokenizerFormat
  ) throws -> TrainingRecipe {
    if model == .unigram, !pipeline.isGiven {
      var recipe = UnigramRecipe(unigramSettings(unigram), normalization: unigram.normalization)
      recipe.form = format == .tokenizerJSON ? .huggingFace : .sentencePiece
      return TrainingRecipe(.sentencePiece(recipe), pipeline: TrainingPipeline())
    }
    return try recipe(pipeline, recipeModel(unigram))
  }

  /// The settings of a unigram model. The special tokens are its control symbols.
  private func unigramSettings(_ unigram: UnigramOptions) -> UnigramTrainerSettings {
    var settings = unigram.settings
    settings.vocabularySize = vocabularySize
    settings.requiredCharacters = alphabet
    settings.maximumPieceLength = maxTokenLength ?? settings.maximumPieceLength
    settings.specialPieces.fallsBackToBytes = byteFallback
    settings.specialPieces.unknown.text = unk ?? settings.specialPieces.unknown.text
    settings.specialPieces.controlSymbols = special
    return settings
  }

  private func recipe(
    _ pipeline: PipelineOptions, _ recipeModel: TrainingRecipe.Model
  ) throws -> TrainingRecipe {
    if let continued {
      if pipeline.isGiven {
        throw ValidationError("--continue keeps the way in which texts are cut.")
      }
      return try continuedRecipe(continued)
    }
    var recipe = TrainingRecipe(
      recipeModel, pipeline: try pipeline.pipeline(default: defaultPreset))
    recipe.specialTokens = special.isEmpty && model == .wordPiece ? Self.bertTokens : special
    recipe.unknownToken = unk ?? defaultUnknownToken
    return recipe
  }

  private func continuedRecipe(_ tokenizer: String) throws -> TrainingRecipe {
    let definition = try TokenizerOptions.definition(named: tokenizer)
    var continuation = try BPEContinuation(definition, vocabularySize: vocabularySize)
    continuation.minimumFrequency = minFrequency
    continuation.alphabetLimit = alphabetLimit
    continuation.maximumTokenLength = maxTokenLength
    return TrainingRecipe(.continuedBPE(continuation), pipeline: TrainingPipeline(of: definition))
  }

  private static let bertTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

  private func recipeModel(_ unigram: UnigramOptions) -> TrainingRecipe.Model {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = vocabularySize
    settings.minimumFrequency = minFrequency
    settings.fallsBackToBytes = byteFallback
    settings.alphabetLimit = alphabetLimit
    settings.initialAlphabet = Set(alphabet.unicodeScalars)
    settings.maximumTokenLength = maxTokenLength
    settings.continuingPrefix = continuingPrefix
    settings.endOfWordSuffix = endOfWordSuffix
    switch model {
    case .unigram: return .unigram(unigramSettings(unigram))
    case .bpe: return .bpe(settings)
    case .wordPiece: return .wordPiece(settings)
    case .wordLevel:
      var trainer = WordLevelTrainer()
      trainer.vocabularySize = vocabularySize
      trainer.minimumFrequency = minFrequency
      return .wordLevel(trainer)
    }
  }

  private var defaultPreset: PipelinePreset {
    switch model {
    case .bpe: .cl100k
    case .wordPiece: .bert
    case .wordLevel: .words
    case .unigram: .metaspace
    }
  }

  private var defaultUnknownToken: String? {
    switch model {
    case .bpe, .unigram: nil
    case .wordPiece: "[UNK]"
    case .wordLevel: "<unk>"
    }
  }
}
