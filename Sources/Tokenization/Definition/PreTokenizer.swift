public import Normalization

/// How a normalized text is cut into the pieces that the model sees.
public indirect enum PreTokenizer: Sendable, Equatable {
  /// GPT-2's: an optional space in front, its regular expression, and the byte alphabet.
  case byteLevel(addPrefixSpace: Bool, trimOffsets: Bool, useRegex: Bool)
  /// At the matches of a pattern, or between them when inverted.
  case split(TextPattern, SplitBehavior, inverted: Bool)
  /// At punctuation.
  case punctuation(SplitBehavior)
  /// At runs of digits, or at every digit.
  case digits(individual: Bool)
  /// SentencePiece's: spaces become a visible mark, and words begin with one.
  case metaspace(replacement: Unicode.Scalar, prepend: MetaspacePrepend, split: Bool)
  /// Words (`\w+`) and runs of other signs.
  case whitespace
  /// At white space, which is dropped.
  case whitespaceSplit
  /// BERT's: at white space, which is dropped, and at punctuation.
  case bert
  /// At every occurrence of a character, which is dropped.
  case delimiter(Unicode.Scalar)
  /// Where the script changes.
  case unicodeScripts
  /// Every so many scalars.
  case fixedLength(Int)
  case sequence([PreTokenizer])
}

/// Where `metaspace` puts its mark in front of a text.
public enum MetaspacePrepend: Sendable, Equatable {
  case always, never, first
}

/// What becomes of the places at which a text is split.
public enum SplitBehavior: Sendable, Equatable {
  /// They are dropped.
  case removed
  /// Each is a piece of its own.
  case isolated
  /// Each joins the piece before it.
  case mergedWithPrevious
  /// Each joins the piece after it.
  case mergedWithNext
  /// Neighbouring ones form one piece.
  case contiguous
}
