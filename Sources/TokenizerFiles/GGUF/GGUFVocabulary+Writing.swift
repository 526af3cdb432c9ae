internal import Normalization
internal import Tokenization

extension GGUFVocabulary {
  /// Writes a tokenizer as a GGUF file without tensors.
  ///
  /// - Parameter rows: the least number of tokens; what is lacking is filled up with unused ones.
  /// - Returns: the file; `nil` for a model that llama.cpp has no kind for.
  static func write(_ definition: TokenizerDefinition, rows: Int = 0) -> [UInt8]? {
    switch definition.model {
    case .bpe(let model): writeBytePairs(model, definition, rows)
    case .wordPiece(let model): writeWordPiece(model, definition, rows)
    case .sentencePiece(let model): writeSentencePiece(model, rows)
    case .unigram, .wordLevel, .bytes, .words: nil
    }
  }

  private typealias Kind = SentencePieceDefinition.Kind

  /// A file that says which kind of model it holds.
  private static func begin(architecture: String, model: String) -> GGUFWriter {
    var file = GGUFWriter()
    file.set("general.architecture", architecture)
    file.set(prefix + "model", model)
    return file
  }

  // MARK: Byte-pair encoding

  private static func writeBytePairs(
    _ model: BPEDefinition, _ definition: TokenizerDefinition, _ rows: Int
  ) -> [UInt8]? {
    guard model.hasByteAlphabet, !model.mergesShareRanks, let list = tokens(of: definition, rows)
    else {
      return nil
    }
    var file = begin(architecture: "gpt2", model: "gpt2")
    file.set(prefix + "pre", ByteLevelPipeline.name(of: definition, model))
    file.set(prefix + "tokens", texts: list.texts)
    file.set(prefix + "token_type", integers: list.kinds.map { Int32($0.rawValue) })
    file.set(
      prefix + "merges",
      texts: model.merges.map {
        (model.vocabulary.token($0.left) ?? []) + [0x20] + (model.vocabulary.token($0.right) ?? [])
      })
    if case .template(let template)? = definition.postProcessor?.parts.last {
      setEnds(template, &file)
    }
    return file.bytes
  }

  /// What a template puts before and after a text.
  private static func setEnds(_ template: PostProcessor.Template, _ file: inout GGUFWriter) {
    func id(_ piece: PostProcessor.Template.Piece?) -> TokenID? {
      guard case .special(let name, _)? = piece else { return nil }
      return template.specialTokens[name]?.first?.id
    }
    if let beginning = id(template.single.first) {
      file.set(prefix + "bos_token_id", beginning)
      file.set(prefix + "add_bos_token", true)
    }
    if let end = id(template.single.last) {
      file.set(prefix + "eos_token_id", end)
      file.set(prefix + "add_eos_token", true)
    }
  }

  /// All tokens in order of their ids, with what fills gaps; `nil` where most ids have none.
  private static func tokens(
    of definition: TokenizerDefinition, _ rows: Int
  ) -> (texts: [[UInt8]], kinds: [Kind])? {
    let vocabulary = TokenizerVocabulary(definition)
    guard vocabulary.idBound <= 4 * vocabulary.ids.count + 1024 else { return nil }
    var texts: [[UInt8]] = []
    var kinds: [Kind] = []
    for id in 0..<TokenID(max(vocabulary.idBound, rows)) {
      texts.append(vocabulary.spelling(of: id) ?? Array("[PAD\(id)]".utf8))
      if let token = vocabulary.added[id] {
        kinds.append(token.isSpecial ? .control : .userDefined)
      } else {
        kinds.append(vocabulary.spelling(of: id) == nil ? .unused : .normal)
      }
    }
    return (texts, kinds)
  }

  // MARK: WordPiece

  private static func writeWordPiece(
    _ model: WordPieceDefinition, _ definition: TokenizerDefinition, _ rows: Int
  ) -> [UInt8]? {
    guard let list = tokens(of: definition, rows) else { return nil }
    let mark = Array("\u{2581}".utf8)
    let prefix = Array(model.continuingPrefix.utf8)
    let texts = zip(list.texts, list.kinds).map { text, kind -> [UInt8] in
      if kind != .normal || text.starts(with: "[unused".utf8) { return text }
      return text.starts(with: prefix) ? Array(text.dropFirst(prefix.count)) : mark + text
    }
    var file = begin(architecture: "bert", model: "bert")
    file.set(Self.prefix + "tokens", texts: texts)
    file.set(Self.prefix + "token_type", integers: list.kinds.map { Int32($0.rawValue) })
    for (key, name) in [
      ("cls", "[CLS]"), ("separator", "[SEP]"), ("padding", "[PAD]"), ("mask", "[MASK]"),
      ("unknown", model.unknownToken),
    ] {
      if let id = model.vocabulary.id(of: Array(name.utf8)) {
        file.set(Self.prefix + key + "_token_id", id)
      }
    }
    return file.bytes
  }

  // MARK: SentencePiece

  /// llama.cpp calls the merging models `llama` and the unigram models `t5`.
  private static func writeSentencePiece(
    _ model: SentencePieceDefinition, _ rows: Int
  ) -> [UInt8]? {
    let isUnigram = model.algorithm == .unigram
    guard isUnigram || model.algorithm == .bpe else { return nil }
    var file = begin(
      architecture: isUnigram ? "t5" : "llama", model: isUnigram ? "t5" : "llama")
    let missing = model.pieces.count..<max(rows, model.pieces.count)
    file.set(
      prefix + "tokens",
      texts: model.pieces.map(\.text) + missing.map { Array("[PAD\($0)]".utf8) })
    file.set(prefix + "scores", floats: model.pieces.map(\.score) + missing.map { _ in 0 })
    file.set(
      prefix + "token_type",
      integers: model.pieces.map { Int32($0.kind.rawValue) }
        + missing.map { _ in Int32(Kind.unused.rawValue) })
    if let id = model.pieces.firstIndex(where: { $0.kind == .unknown }) {
      file.set(prefix + "unknown_token_id", UInt32(id))
    }
    for (key, name) in [
      ("bos", model.beginningPiece), ("eos", model.endPiece), ("padding", model.paddingPiece),
    ] {
      if let id = model.controlID(name) { file.set(prefix + key + "_token_id", id) }
    }
    file.set(prefix + "add_space_prefix", model.normalization.addsDummyPrefix)
    file.set(prefix + "remove_extra_whitespaces", model.normalization.removesExtraWhitespace)
    if !model.normalization.characterMap.isEmpty {
      file.set(prefix + "precompiled_charsmap", bytes: model.normalization.characterMap)
    }
    return file.bytes
  }
}

extension PostProcessor {
  /// The parts of a sequence, or the one part that this is.
  var parts: [PostProcessor] {
    if case .sequence(let parts) = self { parts.flatMap(\.parts) } else { [self] }
  }
}
