internal import ByteIO
internal import Dispatch
internal import Synchronization

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
    var encodings = try Parallel.map(pairs, threads: threads) { pair throws(TokenizerError) in
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
    try Parallel.map(texts, threads: threads) { text throws(TokenizerError) in
      try ids(of: text, addSpecialTokens: addSpecialTokens)
    }
  }
}

/// Work on the elements of a list by several threads.
private enum Parallel {
  /// How many elements a thread takes at a time.
  private static let pieceSize = 16

  /// The result of `transform` for each element, in order; the error of the first element that has one.
  static func map<Element: Sendable, Result: Sendable>(
    _ elements: [Element], threads: Int?,
    _ transform: @Sendable (Element) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> [Result] {
    let pieceCount = (elements.count + pieceSize - 1) / pieceSize
    let workerCount = min(threads.map { max($0, 1) } ?? ProcessorCount.available, pieceCount)
    guard workerCount > 1 else {
      var results: [Result] = []
      results.reserveCapacity(elements.count)
      for element in elements { results.append(try transform(element)) }
      return results
    }
    let pieces = Mutex([Swift.Result<[Result], TokenizerError>?](repeating: nil, count: pieceCount))
    let next = Atomic(0)
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      while true {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard piece < pieceCount else { return }
        let range = (piece * pieceSize)..<min((piece + 1) * pieceSize, elements.count)
        let result = transformed(elements[range], transform)
        pieces.withLock { $0[piece] = result }
      }
    }
    var results: [Result] = []
    results.reserveCapacity(elements.count)
    for piece in pieces.withLock({ $0 }) {
      guard let piece else { continue }
      results += try piece.get()
    }
    return results
  }

  private static func transformed<Element, Result>(
    _ elements: ArraySlice<Element>, _ transform: (Element) throws(TokenizerError) -> Result
  ) -> Swift.Result<[Result], TokenizerError> {
    do throws(TokenizerError) {
      var results: [Result] = []
      for element in elements { results.append(try transform(element)) }
      return .success(results)
    } catch {
      return .failure(error)
    }
  }
}
