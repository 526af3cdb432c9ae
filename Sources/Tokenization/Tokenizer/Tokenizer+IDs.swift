internal import ByteIO

/// Ids without the rest of an encoding: several times faster, and without an allocation for each text.
extension Tokenizer {
  /// The ids of `text`: those of `encode(_:addSpecialTokens:)`.
  ///
  /// - Throws: as `encode(_:addSpecialTokens:)`.
  public func ids(
    of text: String, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [TokenID] {
    try withUTF8(of: text) { bytes throws(TokenizerError) in
      try withIDs(of: bytes, addSpecialTokens) { Self.array($0) }
    }
  }

  /// The ids of a text given in UTF-8.
  ///
  /// - Throws: as `encode(utf8:addSpecialTokens:)`.
  public func ids(
    ofUTF8 text: [UInt8], addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> [TokenID] {
    try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try Self.validate(bytes)
      return try withIDs(of: bytes, addSpecialTokens) { Self.array($0) }
    }
  }

  /// Appends the ids of a text to a list, which grows only where it has no room left.
  ///
  /// - Parameter text: UTF-8.
  /// - Throws: as `encode(utf8:addSpecialTokens:)`; `ids` is as it was then.
  public func appendIDs(
    ofUTF8 text: Span<UInt8>, to ids: inout [TokenID], addSpecialTokens: Bool = true
  ) throws(TokenizerError) {
    try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try Self.validate(bytes)
      try withIDs(of: bytes, addSpecialTokens) { HugePages.append($0, to: &ids) }
    }
  }

  /// Writes the ids of a text into memory of the caller.
  ///
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - buffer: receives the ids from its first element on.
  /// - Returns: how many ids there are.
  /// - Throws: `TokenizerError.bufferTooSmall` with the number that is needed, when nothing has been
  ///   written; and as `encode(utf8:addSpecialTokens:)`.
  public func encode(
    utf8 text: Span<UInt8>, into buffer: inout MutableSpan<TokenID>, addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Int {
    try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try Self.validate(bytes)
      return try withIDs(of: bytes, addSpecialTokens) { ids throws(TokenizerError) in
        guard ids.count <= buffer.count else { throw .bufferTooSmall(needed: ids.count) }
        for (index, id) in ids.enumerated() { buffer[index] = id }
        return ids.count
      }
    }
  }

  /// The number of tokens of `text`.
  ///
  /// - Throws: as `encode(_:addSpecialTokens:)`.
  public func count(_ text: String, addSpecialTokens: Bool = true) throws(TokenizerError) -> Int {
    try withUTF8(of: text) { bytes throws(TokenizerError) in
      try withIDs(of: bytes, addSpecialTokens) { $0.count }
    }
  }

  /// The number of tokens of a text given in UTF-8.
  ///
  /// - Throws: as `encode(utf8:addSpecialTokens:)`.
  public func count(
    utf8 text: [UInt8], addSpecialTokens: Bool = true
  ) throws(TokenizerError) -> Int {
    try text.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      try Self.validate(bytes)
      return try withIDs(of: bytes, addSpecialTokens) { $0.count }
    }
  }

  // MARK: Steps

  /// Calls `body` with the ids of a well-formed text, which are gone after it.
  func withIDs<Result>(
    of text: UnsafeBufferPointer<UInt8>, _ addSpecialTokens: Bool,
    _ body: (UnsafeMutableBufferPointer<TokenID>) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> Result {
    try scratch.withScratch { scratch throws(TokenizerError) in
      if addSpecialTokens { scratch.ids.append(contentsOf: frame.prefix) }
      try appendIDs(of: text, addSpecialTokens, &scratch)
      if addSpecialTokens { scratch.ids.append(contentsOf: frame.suffix) }
      return try body(scratch.ids.elements)
    }
  }

  private func appendIDs(
    of text: UnsafeBufferPointer<UInt8>, _ addSpecialTokens: Bool,
    _ scratch: inout EncodingScratch
  ) throws(TokenizerError) {
    switch engine {
    case .pipeline(let pipeline):
      try pipeline.appendIDs(
        of: text,
        matchesAddedTokens: definition.addedTokenPolicy.matches(
          withSpecialTokens: addSpecialTokens),
        &scratch)
    case .sentencePiece(let processor):
      processor.appendIDs(of: text, &scratch)
    }
  }

  private func withUTF8<Result>(
    of text: String, _ body: (UnsafeBufferPointer<UInt8>) throws(TokenizerError) -> Result
  ) throws(TokenizerError) -> Result {
    var text = text
    let result = text.withUTF8 { bytes -> Swift.Result<Result, TokenizerError> in
      do throws(TokenizerError) { return .success(try body(bytes)) } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private static func array(_ ids: UnsafeMutableBufferPointer<TokenID>) -> [TokenID] {
    var array: [TokenID] = []
    HugePages.append(ids, to: &array)
    return array
  }

  private static func validate(_ text: UnsafeBufferPointer<UInt8>) throws(TokenizerError) {
    if let offset = UTF8Validation.firstInvalidByte(in: UnsafeRawBufferPointer(text)) {
      throw .invalidUTF8(offset: offset)
    }
  }
}
