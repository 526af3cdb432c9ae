public import Normalization

/// How tokens become text again. Each decoder turns a list of texts into another; what is left at the
/// end is joined.
public indirect enum Decoder: Sendable, Equatable {
  /// The byte alphabet back to bytes.
  case byteLevel
  /// Tokens of `ByteDefinition` back to bytes. What is not UTF-8 is dropped or becomes U+FFFD.
  case bytes(dropsInvalid: Bool)
  /// Runs of `<0xNN>` back to text; a run that is not UTF-8 becomes U+FFFD for each byte.
  case byteFallback
  /// All texts into one.
  case fuse
  /// Up to so many of one character off each end of every text.
  case strip(Unicode.Scalar, start: Int, stop: Int)
  /// Replaces every match in every text.
  case replace(TextPattern, with: String)
  /// Spaces before words, none before continuations.
  case wordPiece(prefix: String, cleanup: Bool)
  /// The end-of-word suffix to a space, but not at the end.
  case bpe(suffix: String)
  /// The visible mark back to spaces.
  case metaspace(replacement: Unicode.Scalar, prepend: MetaspacePrepend)
  /// Connectionist temporal classification: repeated tokens and blanks dropped.
  case ctc(padding: String, wordDelimiter: String, cleanup: Bool)
  case sequence([Decoder])
}
