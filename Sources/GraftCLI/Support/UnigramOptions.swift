internal import ArgumentParser
internal import Graft

/// The options that only `--model unigram` has. The names in parentheses are SentencePiece's.
struct UnigramOptions: ParsableArguments {
  enum SeedRule: String, ExpressibleByArgument, CaseIterable {
    case bytes
    case characters
  }

  @Option(
    help: ArgumentHelp(
      "The share of the characters that get a token (character_coverage).", valueName: "share"))
  var characterCoverage: Float = 0.9995

  @Option(
    help: ArgumentHelp(
      "A text that is always one token; may be given several times (user_defined_symbols).",
      valueName: "text"))
  var userDefined: [String] = []

  @Option(
    help: ArgumentHelp(
      "How many substrings training begins with (seed_sentencepiece_size).", valueName: "n"))
  var seedSize = 1_000_000

  @Option(
    help: ArgumentHelp(
      """
      What must differ after a substring for it to be one of them: bytes, as in sentencepiece 0.2.3, \
      or characters, as before it and better for scripts outside ASCII.
      """, valueName: "rule"))
  var seedRule = SeedRule.bytes

  @Option(
    help: ArgumentHelp(
      "The share of the tokens that a round of pruning leaves (shrinking_factor).",
      valueName: "share"))
  var shrinkingFactor: Float = 0.75

  @Flag(help: "Estimate the scores once more after the last pruning: a slightly better model.")
  var refit = false

  @Flag(help: "Accept fewer tokens where the text does not yield so many (hard_vocab_limit=false).")
  var softLimit = false

  @Flag(help: "Make every digit a token of its own (split_digits).")
  var splitDigits = false

  @Flag(help: "Let tokens reach over spaces (split_by_whitespace=false).")
  var acrossWords = false

  @Flag(help: "Let the mark of a space end words (treat_whitespace_as_suffix).")
  var spaceSuffix = false

  @Option(
    help: ArgumentHelp(
      "How characters are normalized (normalization_rule_name); nmt_nfkc without it.",
      valueName: "name"))
  var normalizationRule: NamedValue<CharacterMap.RuleName>?

  @Flag(help: "Keep all spaces, and learn tokens of several (remove_extra_whitespaces=false).")
  var keepSpaces = false

  @Flag(help: "Put no space in front of texts (add_dummy_prefix=false).")
  var noDummyPrefix = false

  /// The settings without those that other models have too.
  var settings: UnigramTrainerSettings {
    var settings = UnigramTrainerSettings()
    settings.characterCoverage = characterCoverage
    settings.seedSize = seedSize
    settings.seedRule = seedRule == .bytes ? .bytes : .characters
    settings.shrinkingFactor = shrinkingFactor
    settings.refitsScores = refit
    settings.needsWholeVocabulary = !softLimit
    settings.splitsDigits = splitDigits
    settings.splitsByWhitespace = !acrossWords
    settings.treatsWhitespaceAsSuffix = spaceSuffix
    settings.allowsWhitespaceOnlyPieces = keepSpaces
    settings.specialPieces.userDefinedSymbols = userDefined
    return settings
  }

  var normalization: SentencePieceDefinition.Normalization {
    var normalization = SentencePieceDefinition.Normalization()
    let rule = normalizationRule?.value ?? .nmtNFKC
    normalization.name = rule.rawValue
    normalization.characterMap = CharacterMap.compiled(rule)
    normalization.addsDummyPrefix = !noDummyPrefix
    normalization.removesExtraWhitespace = !keepSpaces
    return normalization
  }
}
