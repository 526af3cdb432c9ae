/// Ids on their way to text, one at a time, as a language model produces them.
///
/// Each id gives the text that it makes certain: whole characters only, never a part of one. All texts
/// together, with that of `finish()`, are what `Tokenizer.decode(_:skipSpecialTokens:)` makes of all
/// ids at once, whatever the decoder: spaces that depend on the place of a token come out right, and
/// bytes that never become a character come out as U+FFFD.
///
/// ```swift
/// var stream = tokenizer.makeDecodeStream()
/// for id in ids { print(try stream.append(id), terminator: "") }
/// print(try stream.finish())
/// ```
///
/// What is held back is as little as the decoder allows: the bytes of an unfinished character; with
/// byte fallback, a run of byte tokens, since one that does not fit makes U+FFFD of them all; with a
/// `strip` at the end, as many characters as may be stripped; the mark of a word's end, until another
/// token follows. Only where a decoder must see a whole joined text (a regular expression or CTC after
/// a step that joins, or SentencePiece's denormalizer) does everything wait for `finish()`.
///
/// - Complexity: O(length of the token) for each id.
public struct DecodeStream: Sendable {
  private let tokenizer: Tokenizer
  private let skipsSpecialTokens: Bool
  private var decoder: StreamingDecoder
  /// For a model of the sentencepiece library, which decodes by rules of its own.
  private var pieces: SentencePieceDecoding?
  private var repair = UTF8Repair()

  fileprivate init(_ tokenizer: Tokenizer, skipsSpecialTokens: Bool) {
    self.tokenizer = tokenizer
    self.skipsSpecialTokens = skipsSpecialTokens
    decoder = StreamingDecoder(tokenizer.decoder)
    if case .sentencePiece(let processor) = tokenizer.engine {
      pieces = SentencePieceDecoding(processor)
    }
  }

  /// The text that one more id makes certain; empty while that is none.
  ///
  /// - Throws: as `Tokenizer.decode(_:skipSpecialTokens:)`.
  public mutating func append(_ id: TokenID) throws(TokenizerError) -> String {
    switch tokenizer.engine {
    case .pipeline(let pipeline):
      guard let token = pipeline.decodingForm(id),
        !skipsSpecialTokens || tokenizer.specialSpellings.id(of: token) == nil
      else { return "" }
      return String(decoding: try decoder.append(Array(token)), as: UTF8.self)
    case .sentencePiece:
      if skipsSpecialTokens, tokenizer.vocabulary.added[id]?.isSpecial == true { return "" }
      let text = repair.append(try pieces?.append(id) ?? [])
      return String(decoding: text, as: UTF8.self)
    }
  }

  /// The text that has been held back. The stream then begins anew.
  ///
  /// - Throws: as `Tokenizer.decode(_:skipSpecialTokens:)`.
  public mutating func finish() throws(TokenizerError) -> String {
    defer { self = DecodeStream(tokenizer, skipsSpecialTokens: skipsSpecialTokens) }
    switch tokenizer.engine {
    case .pipeline: return String(decoding: try decoder.finish(), as: UTF8.self)
    case .sentencePiece:
      let text = repair.append(pieces?.finish() ?? []) + repair.finish()
      return String(decoding: text, as: UTF8.self)
    }
  }
}

extension Tokenizer {
  /// A stream that decodes ids one at a time.
  ///
  /// - Parameter skipSpecialTokens: whether special tokens are left out.
  public func makeDecodeStream(skipSpecialTokens: Bool = false) -> DecodeStream {
    DecodeStream(self, skipsSpecialTokens: skipSpecialTokens)
  }
}
