internal import ByteIO

/// Many texts at once, on several threads. The results are in the order of the texts, and the same for
/// any number of threads.
extension Tokenizer {
  /// The tokens of several texts. Padding fills them up to a common length.
  ///
  /// - Parameter threads: how many threads work at most; `nil` for as many as there are cores.
  /// - Throws: as `encode(_:pairedWith:options:)`, for the first text that cannot be encoded.
  public func encodeBatch(
    _ texts: [String], options: EncodingOptions = EncodingOptions(), threads: Int? = nil
  ) throws(TokenizerError) -> [Encoding] {
    try encodeBatch(texts.map { ($0, nil) }, options: options, threads: threads)
  }

  /// The tokens of several pairs of texts, or of texts by themselves where the second is `nil`.
  ///
  /// - Parameter threads: how many threads work at most; `nil` for as many as there are cores.
  /// - Throws: as `encode(_:pairedWith:options:)`, for the first pair that cannot be encoded.
  public func encodeBatch(
    _ pairs: [(first: String, second: String?)], options: EncodingOptions = EncodingOptions(),
    threads: Int? = nil
  ) throws(TokenizerError) -> [Encoding] {
    var encodings = try inParallel(pairs, threads) { pair throws(TokenizerError) in
      try encode(pair.first, pairedWith: pair.second, options: options)
    }
    if let padding = options.padding { Encoding.pad(&encodings, padding) }
    return encodings
  }

  /// The ids of several texts.
  ///
  /// - Parameter threads: how many threads work at most; `nil` for as many as there are cores.
  /// - Throws: as `ids(of:addSpecialTokens:)`, for the first text that cannot be encoded.
  public func idsBatch(
    of texts: [String], addSpecialTokens: Bool = true, threads: Int? = nil
  ) throws(TokenizerError) -> [[TokenID]] {
    try inParallel(texts, threads) { text throws(TokenizerError) in
      try ids(of: text, addSpecialTokens: addSpecialTokens)
    }
  }

  private func inParallel<Element: Sendable, Result: Sendable>(
    _ elements: [Element], _ threads: Int?,
    _ transform: @Sendable (Element) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> [Result] {
    try Workers.map(elements, workers: Workers.count(threads), pieceSize: 16, transform)
  }
}
