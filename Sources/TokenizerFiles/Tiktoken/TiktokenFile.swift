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
  /// Without a pattern in the spec, a published vocabulary gets its own pattern and special tokens;
  /// any other gets the pattern of cl100k_base, and `warn` is told so.
  ///
  /// - Throws: `TokenizerFileError` with the line of what is wrong.
  static func read(
    _ bytes: [UInt8], source: String, spec: TokenizerSpec, warn: (String) -> Void = { _ in }
  ) throws(TokenizerFileError) -> TokenizerDefinition {
    let ranks = try readRanks(bytes, source: source)
    var spec = spec
    if spec.pattern == nil { complete(&spec, ranks, source, warn) }
    var definition = definition(
      ranks.model(), pattern: spec.pattern ?? KnownRanks.cl100kPattern,
      normalizer: spec.normalizer)
    definition.addedTokenPolicy = .matchedWithSpecialTokens
    definition.addedTokens = try specialTokens(spec, ranks, source: source)
    return definition
  }

  /// Adds what a spec without a pattern leaves open.
  private static func complete(
    _ spec: inout TokenizerSpec, _ ranks: RankedVocabulary, _ source: String,
    _ warn: (String) -> Void
  ) {
    guard let known = KnownRanks(ranks) else {
      spec.pattern = KnownRanks.cl100kPattern
      let special = spec.specialTokens == nil ? " and no special tokens" : ""
      warn(
        """
        \(source): the file has ranks but no splitting pattern, and is no published vocabulary; \
        the pattern of cl100k_base\(special) is assumed. To say otherwise: \
        --spec FILE with {"pat_str": "…", "special": {"<|endoftext|>": 50256}}
        """)
      return
    }
    spec.pattern = known.pattern
    if spec.normalizer == nil, known.composes { spec.normalizer = .nfc }
    guard spec.specialTokens == nil else { return }
    spec.specialTokens = .ids(known.specialTokens)
    if !known.isComplete {
      warn(
        "\(source): of \(known.name)'s special tokens only \(known.specialTokens[0].token) is set, "
          + "as the others differ between its versions; give them with --spec as \"special\"")
    }
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
