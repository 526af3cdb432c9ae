internal import ByteIO
internal import Normalization
internal import Tokenization

/// The tokenizer in a GGUF file's `tokenizer.ggml.*` keys.
struct GGUFVocabulary {
  private let pairs: [String: GGUFReader.Value]
  private let source: String
  private let tokens: [[UInt8]]
  /// llama.cpp's token types; empty where the file has none.
  private let types: [Int]

  static let prefix = "tokenizer.ggml."

  /// Reads a tokenizer.
  ///
  /// - Throws: `TokenizerFileError` or `JSONError` (from the spec) with the place of what is wrong.
  static func read(
    _ bytes: UnsafeRawBufferPointer, source: String, spec: TokenizerSpec
  ) throws -> TokenizerDefinition {
    let header = try GGUFReader.readHeader(bytes, source: source)
    let pairs = header.pairs.filter { $0.key.hasPrefix(GGUFHeader.tokenizerPrefix) }
    return try GGUFVocabulary(
      Dictionary(pairs.map { ($0.key, $0.value) }) { first, _ in first }, source: source
    ).definition(spec)
  }

  private init(
    _ pairs: [String: GGUFReader.Value], source: String
  ) throws(TokenizerFileError) {
    self.pairs = pairs
    self.source = source
    guard case .array(let elements)? = pairs[Self.prefix + "tokens"] else {
      throw TokenizerFileError(
        source: source, place: .key(Self.prefix + "tokens"),
        message: "is missing: the file holds no vocabulary")
    }
    var tokens: [[UInt8]] = []
    for (id, element) in elements.enumerated() {
      guard case .text(let token) = element,
        UTF8Validation.firstInvalidByte(in: token[...]) == nil
      else {
        throw TokenizerFileError(
          source: source, place: .key(Self.prefix + "tokens[\(id)]"),
          message: "must be a text in UTF-8")
      }
      tokens.append(token)
    }
    self.tokens = tokens
    types =
      try Self.list(pairs, "token_type", count: tokens.count, source) { value in
        switch value {
        case .signed(let number): Int(exactly: number)
        case .unsigned(let number): Int(exactly: number)
        default: nil
        }
      } ?? []
  }

  private func definition(_ spec: TokenizerSpec) throws -> TokenizerDefinition {
    for role in ["bos", "eos", "unknown", "padding", "separator", "cls", "mask"] {
      _ = try id(role + "_token_id")
    }
    guard case .text(let name)? = pairs[Self.prefix + "model"] else {
      throw error("model", "is missing: the file does not say what its vocabulary is")
    }
    switch String(decoding: name, as: UTF8.self) {
    case "gpt2": return try bytePairDefinition(spec)
    case "llama": return TokenizerDefinition(try sentencePiece(.bpe, spec))
    case "t5": return TokenizerDefinition(try sentencePiece(.unigram, spec))
    case "bert": return try wordPieceDefinition(spec)
    case let name: throw error("model", "is `\(name)`, which graft cannot read")
    }
  }

  // MARK: Byte-pair encoding

  private func bytePairDefinition(_ spec: TokenizerSpec) throws -> TokenizerDefinition {
    var model = BPEDefinition(vocabulary: plainVocabulary, merges: [])
    try spec.applyModelOptions(to: &model)
    guard case .array(let merges)? = pairs[Self.prefix + "merges"] else {
      throw error("merges", "are missing")
    }
    var lookup = MergeLookup(model)
    for (index, merge) in merges.enumerated() {
      guard case .text(let text) = merge, text[...].columns.count == 2 else {
        throw error("merges[\(index)]", "must be two tokens with one space between")
      }
      let columns = text[...].columns
      do throws(MergeLookup.MissingToken) {
        model.merges.append(try lookup.merge(columns[0], columns[1]))
      } catch {
        throw self.error("merges[\(index)]", error.complaint)
      }
    }
    guard spec.skeleton != nil || model.hasByteAlphabet else {
      throw TokenizerFileError(
        source: source, message: "the vocabulary is not byte-level; give its pipeline with --spec")
    }
    var definition = ByteLevelPipeline.named(preTokenizerName, model)
    guard definition != nil || spec.skeleton != nil else {
      throw error(
        "pre", "is `\(preTokenizerName)`, which graft does not know; give the pipeline with --spec")
    }
    definition = definition ?? TokenizerDefinition(model: .bpe(model))
    guard var definition else { throw error("pre", "is not known") }
    definition.addedTokens = addedTokens
    try addEnds(to: &definition)
    try spec.applyPipeline(to: &definition)
    return definition
  }

  /// Puts the tokens around a text that the file asks for.
  private func addEnds(to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    func token(_ role: String) throws(TokenizerFileError) -> PostProcessor.SpecialToken? {
      guard flag("add_\(role)_token", default: false), let id = try id(role + "_token_id") else {
        return nil
      }
      return PostProcessor.SpecialToken(token: name(id), id: id)
    }
    let ends = PostProcessor.surrounding(beginning: try token("bos"), end: try token("eos"))
    guard let ends else { return }
    definition.postProcessor = definition.postProcessor.map { .sequence([$0, ends]) } ?? ends
  }

  /// llama.cpp's name for the splitting rules.
  private var preTokenizerName: String {
    guard case .text(let name)? = pairs[Self.prefix + "pre"] else { return "default" }
    return String(decoding: name, as: UTF8.self)
  }

  /// Control and user-defined tokens. Names such as `[PAD151936]` only fill the vocabulary up.
  private var addedTokens: [AddedToken] {
    zip(tokens, types).enumerated().compactMap { id, token -> AddedToken? in
      let isControl = token.1 == SentencePieceDefinition.Kind.control.rawValue
      let isUserDefined = token.1 == SentencePieceDefinition.Kind.userDefined.rawValue
      guard isControl || isUserDefined, !token.0.starts(with: "[PAD".utf8) else { return nil }
      return AddedToken(
        id: TokenID(id), content: String(decoding: token.0, as: UTF8.self), isNormalized: false,
        isSpecial: isControl)
    }
  }

  private var plainVocabulary: Vocabulary {
    Vocabulary(tokens.enumerated().lazy.map { (token: $0.element, id: TokenID($0.offset)) })
  }

  // MARK: WordPiece

  /// llama.cpp marks the beginnings of words with `▁`, BERT their continuations with `##`.
  private func wordPieceDefinition(_ spec: TokenizerSpec) throws -> TokenizerDefinition {
    var builder = Vocabulary.Builder()
    var seen = Set<[UInt8]>()
    let mark = Array("\u{2581}".utf8)
    for (id, token) in tokens.enumerated() {
      let isControl = id < types.count && types[id] == SentencePieceDefinition.Kind.control.rawValue
      var spelled: [UInt8]
      if isControl || token.starts(with: "[unused".utf8) {
        spelled = token
      } else if token.starts(with: mark) {
        spelled = Array(token.dropFirst(mark.count))
      } else {
        spelled = Array("##".utf8) + token
      }
      if !seen.insert(spelled).inserted { spelled = token }
      builder.add(spelled, id: TokenID(id))
    }
    var definition = BERTPipeline.definition(builder.vocabulary(), lowercases: spec.lowercases)
    try spec.applyPipeline(to: &definition)
    return definition
  }

  // MARK: SentencePiece

  /// llama.cpp's `llama` and `t5`.
  private func sentencePiece(
    _ algorithm: SentencePieceDefinition.Algorithm, _ spec: TokenizerSpec
  ) throws -> SentencePieceDefinition {
    guard
      let scores = try Self.list(
        pairs, "scores", count: tokens.count, source,
        { value in if case .float(let score) = value, score.isFinite { Float(score) } else { nil } }
      )
    else { throw error("scores", "are missing") }
    let unknown = try id("unknown_token_id") ?? 0
    var pieces: [SentencePieceDefinition.Piece] = []
    for (id, token) in tokens.enumerated() {
      pieces.append(
        SentencePieceDefinition.Piece(
          text: token, score: scores[id], kind: kind(of: id, unknown: unknown, spec)))
    }
    var definition = SentencePieceDefinition(pieces: pieces, algorithm: algorithm)
    definition.fallsBackToBytes = pieces.contains { $0.kind == .byte }
    definition.normalization.addsDummyPrefix =
      spec.addsDummyPrefix ?? flag("add_space_prefix", default: true)
    definition.normalization.removesExtraWhitespace = flag(
      "remove_extra_whitespaces", default: algorithm == .unigram)
    definition.normalization.characterMap = try characterMap()
    definition.unknownPiece = name(unknown)
    if let id = try id("bos_token_id") { definition.beginningPiece = name(id) }
    if let id = try spec.endID ?? id("eos_token_id") { definition.endPiece = name(id) }
    if let id = try id("padding_token_id") { definition.paddingPiece = name(id) }
    do throws(TokenizerError) {
      try definition.validate()
    } catch {
      throw TokenizerFileError(source: source, message: error.description)
    }
    return definition
  }

  private func kind(
    of id: Int, unknown: TokenID, _ spec: TokenizerSpec
  ) -> SentencePieceDefinition.Kind {
    guard id < types.count else { return id == Int(unknown) ? .unknown : .normal }
    if spec.fixesPieceKinds {
      if id == 0 { return .unknown }
      if types[id] == SentencePieceDefinition.Kind.unknown.rawValue { return .unused }
    }
    return SentencePieceDefinition.Kind(rawValue: types[id]) ?? .normal
  }

  private func name(_ id: TokenID) -> String {
    Int(id) < tokens.count ? String(decoding: tokens[Int(id)], as: UTF8.self) : ""
  }

  // MARK: Values

  private func flag(_ key: String, default fallback: Bool) -> Bool {
    if case .bool(let value)? = pairs[Self.prefix + key] { value } else { fallback }
  }

  /// The compiled character map, an array of bytes; empty where the file has none.
  private func characterMap() throws(TokenizerFileError) -> [UInt8] {
    let key = "precompiled_charsmap"
    guard let value = pairs[Self.prefix + key] else { return [] }
    guard case .array(let elements) = value else { throw error(key, "must be an array") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(elements.count)
    for element in elements {
      switch element {
      case .unsigned(let byte) where byte <= UInt64(UInt8.max): bytes.append(UInt8(byte))
      case .signed(let byte) where Int8(exactly: byte) != nil:
        bytes.append(UInt8(truncatingIfNeeded: byte))
      default: throw error(key, "must be an array of bytes")
      }
    }
    return bytes
  }

  /// - Throws: `TokenizerFileError` when the id is not one of the vocabulary.
  private func id(_ key: String) throws(TokenizerFileError) -> TokenID? {
    switch pairs[Self.prefix + key] {
    case nil: return nil
    case .unsigned(let id)? where id < UInt64(tokens.count): return TokenID(id)
    case .signed(let id)? where id >= 0 && id < Int64(tokens.count): return TokenID(id)
    // Old converters write −1 for a token that does not exist.
    case .signed(-1)?: return nil
    case .unsigned(UInt64(UInt32.max))?: return nil
    default: throw error(key, "must be an id of the vocabulary's \(tokens.count) tokens")
    }
  }

  /// A list with one value per token; `nil` when the file has none.
  private static func list<Element>(
    _ pairs: [String: GGUFReader.Value], _ key: String, count: Int, _ source: String,
    _ convert: (GGUFReader.Value) -> Element?
  ) throws(TokenizerFileError) -> [Element]? {
    guard let value = pairs[prefix + key] else { return nil }
    func error(_ message: String) -> TokenizerFileError {
      TokenizerFileError(source: source, place: .key(prefix + key), message: message)
    }
    guard case .array(let elements) = value else { throw error("must be an array") }
    guard elements.count == count else {
      throw error("has \(elements.count) values for \(count) tokens")
    }
    var result: [Element] = []
    result.reserveCapacity(count)
    for (index, element) in elements.enumerated() {
      guard let converted = convert(element) else {
        throw error("has a value at place \(index) that cannot be right")
      }
      result.append(converted)
    }
    return result
  }

  private func error(_ key: String, _ message: String) -> TokenizerFileError {
    TokenizerFileError(source: source, place: .key(Self.prefix + key), message: message)
  }
}
