internal import ByteIO

/// A text on its way to tokens, chunk by chunk, so that it need not be in memory as a whole.
///
/// All encodings together, with that of `finish()`, are what `Tokenizer.encode(_:addSpecialTokens:)`
/// gives for the whole text: the same tokens with the same offsets into it. Chunks may end anywhere,
/// even inside a character. Words ascend in the same way; only where a tokenizer drops characters
/// can their numbers differ, since words without a token before a cut are not counted.
///
/// ```swift
/// var stream = tokenizer.makeEncodeStream()
/// while let chunk = try input.chunk() { ids += try stream.append(utf8: chunk).ids }
/// ids += try stream.finish().ids
/// ```
///
/// A text is cut between a letter and a space or line end after it, where the tokenizer's definition
/// proves that no token, rule or pattern reaches across. What stands after the last such place is held
/// back. `cutsTexts` says whether there are such places at all. Without them (a pattern that is not
/// understood, a unigram model over unsplit text, a pre-tokenizer that counts characters) the stream
/// collects the text and encodes it in `finish()`.
///
/// - Complexity: O(n) in the length of the text, as `encode`. Memory is bounded by the longest chunk
///   and the longest stretch without a letter before white space.
public struct EncodeStream: Sendable {
  private let encoder: CutEncoder
  private var state = CutEncoder.State()
  private var held: [UInt8] = []
  /// How far the held text has been searched for cuts.
  private var searched = 0
  private var hasBegun = false

  fileprivate init(_ encoder: CutEncoder) { self.encoder = encoder }

  /// Whether the stream gives tokens before its end. If not, it holds the whole text.
  public var cutsTexts: Bool { encoder.rule != nil }

  /// How many bytes of the text are held back.
  public var heldByteCount: Int { held.count }

  /// The tokens that more of the text makes certain.
  ///
  /// - Parameter chunk: UTF-8; a character may be divided between two chunks.
  /// - Throws: `TokenizerError.invalidUTF8` with an offset into the whole text, and as
  ///   `Tokenizer.encode(_:addSpecialTokens:)`.
  public mutating func append(
    utf8 chunk: some Collection<UInt8>
  ) throws(TokenizerError) -> Encoding {
    held.append(contentsOf: chunk)
    defer { searched = max(searched, held.count - 1) }
    let end = encoder.rule?.lastCut(in: held[...], searched..<max(searched, held.count))
    return try encode(upTo: end ?? 0)
  }

  /// The tokens that more of the text makes certain.
  ///
  /// - Throws: as `append(utf8:)`.
  public mutating func append(_ chunk: String) throws(TokenizerError) -> Encoding {
    try append(utf8: chunk.utf8)
  }

  /// The tokens of what has been held back. The stream then begins anew.
  ///
  /// - Throws: as `append(utf8:)`.
  public mutating func finish() throws(TokenizerError) -> Encoding {
    defer { self = EncodeStream(encoder) }
    guard hasBegun || !held.isEmpty || encoder.rule == nil else {
      return try encoder.tokenizer.encode("", addSpecialTokens: encoder.addsSpecialTokens)
    }
    if encoder.rule == nil {
      try checkUTF8(held.count)
      return try encoder.tokenizer.encode(
        utf8: held, addSpecialTokens: encoder.addsSpecialTokens)
    }
    var encoding = try encode(upTo: held.count)
    encoding.appendTokens(encoder.trailing)
    return encoding
  }

  /// Encodes the held text up to a cut.
  private mutating func encode(upTo end: Int) throws(TokenizerError) -> Encoding {
    guard end > 0 else { return Encoding() }
    try checkUTF8(end)
    let tokens = try encoder.tokens(of: held[..<end], after: &state)
    held.removeFirst(end)
    searched = 0
    guard !hasBegun else { return tokens }
    hasBegun = true
    var encoding = encoder.leading
    encoding.appendTokens(tokens)
    return encoding
  }

  private func checkUTF8(_ end: Int) throws(TokenizerError) {
    if let offset = UTF8Validation.firstInvalidByte(in: held[..<end]) {
      throw .invalidUTF8(offset: state.position + offset)
    }
  }
}

extension Tokenizer {
  /// A stream that encodes a text chunk by chunk.
  ///
  /// - Parameter addSpecialTokens: whether the post-processor's special tokens are put around it.
  public func makeEncodeStream(addSpecialTokens: Bool = true) -> EncodeStream {
    EncodeStream(CutEncoder(self, addsSpecialTokens: addSpecialTokens))
  }
}
