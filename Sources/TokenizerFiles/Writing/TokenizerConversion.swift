internal import ByteIO
public import Tokenization

/// A tokenizer in the form of a format: its files, and what they do not say of it.
public struct TokenizerConversion: Sendable {
  /// The files with their usual names; more than one go into a directory of their own.
  public var files: [(name: String, bytes: [UInt8])]
  /// What would be lost, each a sentence; empty when the files say everything.
  public var losses: [String]

  /// Writes a definition in a format.
  ///
  /// - Parameter source: the name of the tokenizer, for messages.
  /// - Throws: `TokenizerFileError` when the format has no words for such a model at all.
  public init(
    _ definition: TokenizerDefinition, to format: TokenizerFormat, source: String
  ) throws(TokenizerFileError) {
    switch format {
    case .tokenizerJSON: self = try Self.tokenizerJSON(definition, source)
    case .vocabularyAndMerges: self = try Self.vocabularyAndMerges(definition, source)
    case .wordPieceVocabulary: self = try Self.wordPieceVocabulary(definition, source)
    case .tiktoken: self = try Self.tiktoken(definition, source)
    case .sentencePiece: self = try Self.sentencePiece(definition, source)
    case .tekken: self = try Self.tekken(definition, source)
    case .gguf: self = try Self.gguf(definition, source)
    case .modelDirectory: self = try Self.modelDirectory(definition, source)
    case .clipMerges:
      throw TokenizerFileError(
        source: source, message: "graft does not write \(format.rawValue), it only reads it")
    }
  }

  init(files: [(name: String, bytes: [UInt8])], losses: [String]) {
    self.files = files
    self.losses = losses
  }

  static func impossible(
    _ source: String, _ format: TokenizerFormat, needs: String
  ) -> TokenizerFileError {
    TokenizerFileError(
      source: source, message: "\(format.rawValue) can only hold \(needs), which this is not")
  }

  // MARK: Formats

  /// What is lost on the way into a file and out of it again.
  static func readBack(
    _ definition: TokenizerDefinition, _ read: () throws -> TokenizerDefinition
  ) -> [String] {
    do {
      return definition.losses(readAs: try read())
    } catch {
      return ["that the file can be read at all: \(error)"]
    }
  }

  static func tokenizerJSON(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    var (portable, losses) = definition.portable
    if case .sentencePiece(let model) = definition.model {
      guard let parts = PortableSentencePiece(definition, model) else {
        throw impossible(
          source, .tokenizerJSON, needs: "a model of Hugging Face's library, or one like it")
      }
      (portable, losses) = (parts.definition, parts.losses)
    }
    guard portable.model.vocabulary.isText, let bytes = TokenizerJSON.write(portable) else {
      throw impossible(source, .tokenizerJSON, needs: "a model of Hugging Face's library")
    }
    return TokenizerConversion(
      files: [("tokenizer.json", bytes)],
      losses: losses + readBack(portable) { try TokenizerJSON.read(bytes, source: source) })
  }

  private static func vocabularyAndMerges(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    let (definition, losses) = definition.portable
    guard case .bpe(let model) = definition.model, model.vocabulary.isText else {
      throw impossible(source, .vocabularyAndMerges, needs: "a byte-pair encoding")
    }
    guard model.merges.allSatisfy({ isWritable($0.left, model) && isWritable($0.right, model) })
    else {
      throw impossible(
        source, .vocabularyAndMerges, needs: "merges of tokens without white space in them")
    }
    var merges = Array("#version: 0.2\n".utf8)
    for merge in model.merges {
      merges += model.vocabulary.token(merge.left) ?? []
      merges.append(UInt8(ascii: " "))
      merges += model.vocabulary.token(merge.right) ?? []
      merges.append(UInt8(ascii: "\n"))
    }
    let config = TokenizerConfig.describing(
      definition, className: TokenizerConfig.bytePairClass(of: definition, model))
    let vocabulary = VocabularyJSON.write(model.vocabulary)
    return TokenizerConversion(
      files: [("vocab.json", vocabulary), ("merges.txt", merges)] + config.files,
      losses: losses
        + readBack(definition) {
          try TokenizerFile.bytePairDefinition(
            vocabulary: JSON(parsing: vocabulary, source: "vocab.json"), merges: merges,
            mergesPath: "merges.txt", TokenizerConfig(documents: config.document), source: source)
        })
  }

  /// Whether a token can stand in a line of merges.
  private static func isWritable(_ id: TokenID, _ model: BPEDefinition) -> Bool {
    guard let token = model.vocabulary.token(id) else { return false }
    return !token.isEmpty && !token.starts(with: "#version".utf8)
      && !token.contains { [0x00, 0x0A, 0x0D, 0x20].contains($0) }
  }

  private static func wordPieceVocabulary(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    guard case .wordPiece(let model) = definition.model else {
      throw impossible(source, .wordPieceVocabulary, needs: "a WordPiece vocabulary")
    }
    var bytes: [UInt8] = []
    for (line, entry) in model.vocabulary.entries.sorted(by: { $0.id < $1.id }).enumerated() {
      guard entry.id == line, !entry.token.contains(UInt8(ascii: "\n")) else {
        throw impossible(
          source, .wordPieceVocabulary, needs: "tokens without newlines whose ids have no gaps")
      }
      bytes += entry.token
      bytes.append(UInt8(ascii: "\n"))
    }
    // The file has no mark of its own: one without tokens, or with odd ones first, would be taken for something else.
    guard case .wordPieceVocabulary? = try? FileContent.recognise(bytes, source: "vocab.txt") else {
      throw impossible(
        source, .wordPieceVocabulary, needs: "tokens that show it to be a list of tokens")
    }
    let plain = BERTPipeline.definition(model.vocabulary, lowercases: nil)
    if definition.losses(readAs: plain).isEmpty {
      return TokenizerConversion(files: [("vocab.txt", bytes)], losses: [])
    }
    // What the vocabulary does not say by itself goes into the files beside it.
    let config = TokenizerConfig.describing(definition, className: "BertTokenizer")
    return TokenizerConversion(
      files: [("vocab.txt", bytes)] + config.files,
      losses: readBack(definition) {
        try TokenizerFile.wordPieceDefinition(
          bytes, TokenizerConfig(documents: config.document), source: source)
      })
  }

  private static func tiktoken(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    guard case .bpe(let model) = definition.model, let ranks = RankedVocabulary(model) else {
      throw impossible(source, .tiktoken, needs: "a byte-level BPE in GPT-2's byte alphabet")
    }
    var losses: [String] = []
    let pattern = definition.splittingPattern
    if ranks.model() != model {
      losses.append(
        "the merges: tiktoken merges neighbours whenever together they are a token, so that words "
          + "may be cut differently")
    }
    losses.append(
      pattern.map { "the splitting pattern, to be given with --spec as \"pat_str\": \($0)" }
        ?? "the splitting rules, which are not one pattern")
    if definition.normalizer != nil { losses.append("the normalizer") }
    if definition.postProcessor != nil { losses.append("the post-processor") }
    if !definition.addedTokens.isEmpty {
      losses.append(
        "the \(definition.addedTokens.count) added tokens, to be given with --spec as \"special\"")
    }
    return TokenizerConversion(
      files: [("tokenizer.tiktoken", TiktokenFile.write(ranks))], losses: losses)
  }

  static func sentencePiece(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    if let (model, losses) = sentencePieceModel(of: definition) {
      return TokenizerConversion(
        files: [("tokenizer.model", SentencePieceFile.write(model))], losses: losses)
    }
    guard case .sentencePiece(let model) = definition.model else {
      throw impossible(
        source, .sentencePiece,
        needs: "a model of the sentencepiece library, or a byte-pair encoding or unigram model of "
          + "words with ▁ for spaces whose ids have no gaps")
    }
    return TokenizerConversion(
      files: [("tokenizer.model", SentencePieceFile.write(model))],
      losses: definition.losses(readAs: TokenizerDefinition(model)))
  }

  /// The model of the sentencepiece library that is nearest to a tokenizer of Hugging Face's parts, and
  /// what it does not say.
  static func sentencePieceModel(
    of definition: TokenizerDefinition
  ) -> (model: SentencePieceDefinition, losses: [String])? {
    switch definition.model {
    case .bpe(let bpe): MergedPieces(definition, bpe).map { ($0.model, $0.losses) }
    case .unigram(let unigram): UnigramPieces(definition, unigram).map { ($0.model, $0.losses) }
    default: nil
    }
  }
}
