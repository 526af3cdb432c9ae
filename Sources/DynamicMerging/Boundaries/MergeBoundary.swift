/// What merged tokens stay within.
///
/// Special tokens, added tokens and the unknown token never merge, whatever the boundary.
public enum MergeBoundary: String, Sendable, CaseIterable {
  /// The pieces into which the tokenizer really cut the text before its model saw it.
  ///
  /// A tokenizer that does not cut texts first (a SentencePiece model, bytes) has the words of `word` instead.
  case pretoken
  /// As the program of Feher, Vulić and Minixhofer 2024 (arXiv 2411.18553) decides it: two tokens merge when
  /// their joint text by itself would be a single piece for the pre-tokenizer.
  ///
  /// The text around them is not looked at, so that it differs from `pretoken` where the pre-tokenizer looks
  /// ahead. No space, line feed or tab may stand behind the first byte, unless all of them are such, but not two
  /// line feeds; and bytes that are not UTF-8 always merge.
  case isolatedPretoken = "pretoken-isolated"
  /// What white space separates, punctuation included. A word may begin with one character of white space.
  case word
  /// The same, but punctuation does not join what stands before it; only a hyphen does.
  case hyphenatedWord = "word-hyphen"
  /// A sentence: words may join to phrases. It ends with `.`, `!`, `?` or `…` before white space, with their
  /// full-width forms anywhere, quotes and brackets behind them included, and at the end of a line.
  ///
  /// (The program of the paper has a mode of this name too, but forbids spaces inside tokens before it looks at
  /// the mode.)
  case sentence
}
