internal import ByteIO
internal import Normalization
internal import Tokenization

/// tiktoken's ranks: a token per line in base64, a space, and its rank, which is also its id.
///
/// The file carries neither the splitting pattern nor the special tokens; a spec must.
enum TiktokenFile {
  /// Reads the ranks.
  ///
  /// - Throws: `TokenizerFileError` with the line of what is wrong.
  static func readRanks(_ bytes: [UInt8], source: String) throws(TokenizerFileError)
    -> RankedVocabulary
  {
    var tokens: [(token: [UInt8], rank: TokenID)] = []
    var seen = Vocabulary.Builder()
    try TextLines.forEach(in: bytes) { line throws(TokenizerFileError) in
      if line.text.isEmpty { return }
      func error(_ message: String) -> TokenizerFileError {
        TokenizerFileError(source: source, place: .line(line.number), message: message)
      }
      let columns = line.text.columns
      guard columns.count == 2 else {
        throw error("a line must be a token in base64, a space and its rank")
      }
      guard let token = decode(columns[0]) else { throw error("the token is not base64") }
      guard let rank = Int32(String(decoding: columns[1], as: UTF8.self)), rank >= 0 else {
        throw error("the rank must be an integer from 0 to \(Int32.max)")
      }
      if let other = seen.add(token, id: TokenID(rank)) {
        throw error("the token has the rank \(other) already")
      }
      tokens.append((token, TokenID(rank)))
    }
    do throws(RankedVocabulary.Defect) {
      return try RankedVocabulary(tokens)
    } catch {
      throw TokenizerFileError(source: source, message: error.complaint)
    }
  }

  /// Whisper's vocabularies end with a token without bytes, spelled `=`.
  static let emptyToken: [UInt8] = Array("=".utf8)

  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    if text.elementsEqual(emptyToken) { return [] }
    guard let token = Base64.decode(text), !token.isEmpty else { return nil }
    return token
  }

  /// Writes ranks.
  static func write(_ ranks: RankedVocabulary) -> [UInt8] {
    var bytes: [UInt8] = []
    for (token, rank) in ranks.tokens {
      bytes += token.isEmpty ? emptyToken : Array(Base64.encode(token).utf8)
      bytes += " \(rank)\n".utf8
    }
    return bytes
  }

  /// Reads a tokenizer with the pattern and the special tokens of a spec.
  ///
  /// - Throws: `TokenizerFileError` with the line of what is wrong, or when the spec has no
  ///   pattern.
  static func read(
    _ bytes: [UInt8], source: String, spec: TokenizerSpec
  ) throws(TokenizerFileError) -> TokenizerDefinition {
    let ranks = try readRanks(bytes, source: source)
    guard let pattern = spec.pattern else {
      throw TokenizerFileError(
        source: source,
        message: """
          the file has tokens in the form of tiktoken but no splitting pattern; give one, and the \
          special tokens, with --spec: {"pat_str": "…", "special": {"<|endoftext|>": 50256}}
          """)
    }
    var definition = definition(
      ranks.model(), pattern: pattern, normalizer: spec.normalizer)
    definition.addedTokenPolicy = .matchedWithSpecialTokens
    definition.addedTokens = try specialTokens(spec, ranks, source: source)
    return definition
  }

  /// A ranked model behind its pattern.
  static func definition(
    _ model: BPEDefinition, pattern: String, normalizer: Normalizer? = nil
  ) -> TokenizerDefinition {
    TokenizerDefinition(
      normalizer: normalizer,
      preTokenizer: .sequence([
        .split(.fancyRegex(pattern), .isolated, inverted: false),
        .byteLevel(addPrefixSpace: false, trimOffsets: false, useRegex: false),
      ]),
      model: .bpe(model), decoder: .byteLevel)
  }

  private static func specialTokens(
    _ spec: TokenizerSpec, _ ranks: RankedVocabulary, source: String
  ) throws(TokenizerFileError) -> [AddedToken] {
    var tokens: [(token: String, id: TokenID)]
    switch spec.specialTokens {
    case nil: tokens = []
    case .ids(let ids): tokens = ids
    case .list(let names):
      tokens = names.enumerated().map { ($0.element, TokenID(ranks.tokens.count + $0.offset)) }
    }
    tokens.sort { $0.id < $1.id }
    let taken = Set(ranks.tokens.map(\.rank))
    for (token, id) in tokens where taken.contains(id) {
      throw TokenizerFileError(
        source: source, place: .key(token), message: "has the id \(id), which is a token's rank")
    }
    return tokens.map {
      AddedToken(id: $0.id, content: $0.token, isNormalized: false, isSpecial: true)
    }
  }
}
