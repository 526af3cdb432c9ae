internal import ByteIO
internal import Normalization

/// Text to ids and back, exactly as the reference library of the tokenizer's format does it.
///
/// A tokenizer is immutable and can be used by any number of threads at once.
///
/// ```swift
/// let tokenizer = try Tokenizer(contentsOf: "llama-3/tokenizer.json")
/// let encoding = try tokenizer.encode("Hello, world!")
/// print(encoding.ids, try tokenizer.decode(encoding.ids))
/// ```
public final class Tokenizer: Sendable {
  /// What the tokenizer was made from.
  public let definition: TokenizerDefinition
  /// Its tokens, those of the model and those added.
  public let vocabulary: TokenizerVocabulary
  let engine: Engine
  let postProcessor: CompiledPostProcessor
  let decoder: CompiledDecoder
  let scratch = ScratchPool()
  /// The special tokens that the post-processor puts around one text.
  let frame: SpecialFrame
  /// How special tokens are spelled: the reference tells them by that when it leaves them out.
  let specialSpellings: Vocabulary

  let cuts = LazyCutRule()

  /// The two ways from text to tokens.
  enum Engine: Sendable {
    case pipeline(TextPipeline)
    /// A model of the sentencepiece library runs as a whole, by that library's rules.
    case sentencePiece(SentencePieceProcessor)
  }

  /// Compiles a definition.
  ///
  /// - Throws: `TokenizerError` when a part of it is not valid or not available.
  public init(_ definition: TokenizerDefinition) throws(TokenizerError) {
    self.definition = definition
    vocabulary = TokenizerVocabulary(definition)
    if case .sentencePiece(let model) = definition.model {
      engine = .sentencePiece(try SentencePieceProcessor(model))
    } else {
      engine = .pipeline(try TextPipeline(definition, vocabulary))
    }
    postProcessor = try CompiledPostProcessor(definition.postProcessor)
    frame = try SpecialFrame(postProcessor)
    decoder = try CompiledDecoder(definition.decoder)
    specialSpellings = Vocabulary(
      definition.addedTokens.lazy.filter(\.isSpecial).map { (Array($0.content.utf8), $0.id) })
    if let truncation = definition.truncation {
      _ = try truncation.roomForTexts(beside: postProcessor.addedTokenCount(isPair: false))
    }
  }

  // MARK: Encoding

  /// The tokens of `text`.
  ///
  /// - Parameters:
  ///   - text: any text.
  ///   - addSpecialTokens: whether the post-processor's special tokens are put around it. Special
  ///     tokens that stand in the text are recognised either way.
  /// - Throws: `TokenizerError` when a regular expression gives up on the text or the text needs an
  ///   unknown token that does not exist.
  public func encode(
    _ text: String, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Encoding {
    try encode(
      wellFormed: [Array(text.utf8)], EncodingOptions(addsSpecialTokens: addSpecialTokens))
  }

  /// The tokens of a text given in UTF-8.
  ///
  /// - Throws: `TokenizerError.invalidUTF8` when it is not, and as `encode(_:addSpecialTokens:)`.
  public func encode(
    utf8 text: [UInt8], addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Encoding {
    if let offset = UTF8Validation.firstInvalidByte(in: text[...]) {
      throw .invalidUTF8(offset: offset)
    }
    return try encode(wellFormed: [text], EncodingOptions(addsSpecialTokens: addSpecialTokens))
  }

  /// The tokens of a text, or of a pair of texts in the places that the post-processor has for them.
  ///
  /// Offsets count in the text that a token comes from; see `Encoding.sequenceIDs`.
  ///
  /// - Throws: as `encode(_:addSpecialTokens:)`, and when the texts cannot be truncated as asked.
  public func encode(
    _ text: String, pairedWith second: String? = nil, options: EncodingOptions
  ) throws(TokenizerError) -> Encoding {
    let texts = second.map { [text, $0] } ?? [text]
    return try encode(wellFormed: texts.map { Array($0.utf8) }, options)
  }

  /// The truncation and padding that the tokenizer's file asks for.
  ///
  /// Hugging Face's library applies them unasked. Here nothing is cut off unless it is asked for.
  public var storedOptions: EncodingOptions {
    EncodingOptions(truncation: definition.truncation, padding: definition.padding)
  }

  /// The tokens of one well-formed text or of two.
  private func encode(
    wellFormed texts: [[UInt8]], _ options: EncodingOptions
  ) throws(TokenizerError) -> Encoding {
    var encodings: [Encoding] = []
    for (index, text) in texts.enumerated() {
      encodings.append(try tokens(of: text, typeID: UInt32(index), options))
    }
    if let truncation = options.truncation {
      let length = try truncation.roomForTexts(
        beside: options.addsSpecialTokens
          ? postProcessor.addedTokenCount(isPair: texts.count > 1) : 0)
      try truncation.apply(to: &encodings, length: length)
    }
    let encoding = try postProcessor.process(
      encodings, of: texts, addSpecialTokens: options.addsSpecialTokens)
    guard let padding = options.padding else { return encoding }
    var padded = [encoding]
    Encoding.pad(&padded, padding)
    return padded[0]
  }

  /// The tokens of one text, before any post-processing.
  private func tokens(
    of text: [UInt8], typeID: UInt32, _ options: EncodingOptions
  ) throws(TokenizerError) -> Encoding {
    switch engine {
    case .pipeline(let pipeline):
      return try pipeline.tokens(
        of: text, typeID: typeID,
        matchesAddedTokens: definition.addedTokenPolicy.matches(
          withSpecialTokens: options.addsSpecialTokens))
    case .sentencePiece(let processor):
      var encoding = Encoding()
      scratch.withScratch { scratch in
        processor.encode(text, &scratch) { id, name, offsets in
          let token = name ?? vocabulary.model.token(id) ?? []
          encoding.append(id, token, offsets, word: UInt32(encoding.count), typeID: typeID)
        }
      }
      return encoding
    }
  }

  // MARK: Decoding

  /// The text of `ids`.
  ///
  /// - Parameter skipSpecialTokens: whether special tokens are left out. Ids that no token has are
  ///   left out in any case, as in the reference.
  /// - Throws: `TokenizerError.normalization` when a pattern of the decoder gives up.
  public func decode(
    _ ids: [TokenID], skipSpecialTokens: Bool = false
  ) throws(TokenizerError) -> String {
    switch engine {
    case .sentencePiece(let processor):
      let ids = ids.filter { !skipSpecialTokens || vocabulary.added[$0]?.isSpecial != true }
      return String(decoding: try processor.decode(ids), as: UTF8.self)
    case .pipeline(let pipeline):
      let tokens = ids.lazy.compactMap(pipeline.decodingForm).filter {
        !skipSpecialTokens || self.specialSpellings.id(of: $0) == nil
      }
      return String(decoding: try decoder.decode(tokens), as: UTF8.self)
    }
  }
}
