internal import ByteIO
internal import Normalization
internal import Tokenization

/// `merges.txt`, or GPT-2's `vocab.bpe`: a merge per line in order of rank, the two tokens with a
/// space between.
enum MergesFile {
  /// Two tokens and the line that they stand in.
  struct Line {
    var number: Int
    var left: ArraySlice<UInt8>
    var right: ArraySlice<UInt8>
  }

  /// Reads the merges. A line that begins with `#version` is skipped, and so are empty ones.
  ///
  /// - Throws: `TokenizerFileError` with the first line that is not two tokens.
  static func read(_ bytes: [UInt8], source: String) throws(TokenizerFileError) -> [Line] {
    try TextLines.checkUTF8(bytes, source: source)
    var lines: [Line] = []
    try TextLines.forEach(in: bytes) { line throws(TokenizerFileError) in
      if line.text.isEmpty || line.text.starts(with: "#version".utf8) { return }
      let columns = line.text.columns
      guard columns.count == 2, columns.allSatisfy({ !$0.isEmpty }) else {
        throw TokenizerFileError(
          source: source, place: .line(line.number),
          message: "a merge must be two tokens with one space between")
      }
      guard !line.text.contains(0) else {
        throw TokenizerFileError(
          source: source, place: .line(line.number), message: "a merge has a NUL byte in it")
      }
      lines.append(Line(number: line.number, left: columns[0], right: columns[1]))
    }
    return lines
  }

  /// Sets the merges of a model whose vocabulary and options are known.
  ///
  /// - Throws: `TokenizerFileError` with the line of a token that the vocabulary lacks.
  static func apply(
    _ lines: some Sequence<Line>, to model: inout BPEDefinition, source: String
  ) throws(TokenizerFileError) {
    var lookup = MergeLookup(model)
    var merges: [BPEDefinition.Merge] = []
    for line in lines {
      do throws(MergeLookup.MissingToken) {
        merges.append(try lookup.merge(line.left, line.right))
      } catch {
        throw TokenizerFileError(
          source: source, place: .line(line.number), message: "the merge \(error.complaint)")
      }
    }
    model.merges = merges
  }

  /// The vocabulary that GPT-2's and CLIP's own code gives a list of merges: the byte alphabet, the
  /// same with the end-of-word suffix where there is one, then what each merge makes.
  ///
  /// - Parameter specialTokens: tokens to append.
  static func impliedVocabulary(
    _ lines: some Sequence<Line>, endOfWordSuffix: String?, specialTokens: [String] = []
  ) -> Vocabulary {
    // The printable bytes come first, as in `bytes_to_unicode`.
    let alphabet = (UInt8.min...UInt8.max).map(ByteAlphabet.scalar(for:))
      .sorted { ($0.value >= 0x100 ? 1 : 0, $0.value) < ($1.value >= 0x100 ? 1 : 0, $1.value) }
      .map { Array(String($0).utf8) }
    var builder = Vocabulary.Builder()
    var nextID: TokenID = 0
    func add(_ token: [UInt8]) {
      builder.add(token, id: nextID)
      nextID += 1
    }
    for character in alphabet { add(character) }
    if let suffix = endOfWordSuffix { for character in alphabet { add(character + suffix.utf8) } }
    for line in lines { add(Array(line.left + line.right)) }
    for token in specialTokens { add(Array(token.utf8)) }
    return builder.vocabulary()
  }
}
