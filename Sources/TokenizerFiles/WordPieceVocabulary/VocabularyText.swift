internal import ByteIO
internal import Tokenization

/// BERT's `vocab.txt`: a token per line, its id the number of the line from 0.
enum VocabularyText {
  /// Reads the vocabulary. Where a token is repeated its last id counts, as in the reference.
  ///
  /// - Throws: `TokenizerFileError` when the text is not UTF-8 or empty.
  static func read(_ bytes: [UInt8], source: String) throws(TokenizerFileError) -> Vocabulary {
    try TextLines.checkUTF8(bytes, source: source)
    var builder = Vocabulary.Builder()
    TextLines.forEach(in: bytes) { builder.add($0.text, id: TokenID($0.number - 1)) }
    let vocabulary = builder.vocabulary()
    guard vocabulary.count > 0 else {
      throw TokenizerFileError(source: source, message: "the vocabulary is empty")
    }
    return vocabulary
  }
}
