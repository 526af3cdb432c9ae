internal import Normalization

/// A BPE model ready to encode pieces of text.
///
/// Reproduces Hugging Face's `BPE` with and without its options. The merges of a piece are made in
/// order of rank, the leftmost first among equals.
struct BytePairEncoder: Sendable {
  private let definition: BPEDefinition
  let merges: PairTable
  private let unknownID: TokenID?
  /// The ids of `<0x00>` … `<0xFF>`, where the model falls back to them.
  private let fallbackIDs: [TokenID?]
  /// The ids of the 256 bytes, when pieces of UTF-8 can be taken as bytes instead of in the byte
  /// alphabet.
  let byteIDs: [TokenID]?
  /// Tokens by the bytes they spell, for `ignoresMerges` over byte pieces.
  let wholeTokens: Vocabulary?
  /// Whether the id that `SymbolMerging` marks what has been merged with belongs to no token.
  let leavesMarkFree: Bool

  init(_ definition: BPEDefinition) {
    self.definition = definition
    merges = PairTable(definition.merges, sharesRanks: definition.mergesShareRanks)
    let vocabulary = definition.vocabulary
    unknownID = definition.unknownToken.flatMap { vocabulary.id(of: Array($0.utf8)) }
    fallbackIDs =
      definition.fallsBackToBytes
      ? (0...255).map { vocabulary.id(of: Array(ByteFallback.token(UInt8($0)).utf8)) } : []
    byteIDs = Self.byteIDs(definition)
    leavesMarkFree =
      (vocabulary.maximumID ?? 0) != SymbolMerging.merged
      && !definition.merges.contains { $0.result == SymbolMerging.merged }
    wholeTokens =
      byteIDs != nil && definition.ignoresMerges ? Self.tokensByBytes(vocabulary) : nil
  }

  /// Whether pieces may be given as plain bytes. This needs an id for every byte of the alphabet:
  /// the reference counts offsets in spelled characters where it drops one.
  var acceptsBytes: Bool { byteIDs != nil }

  /// The tokens of the 256 bytes, where unknown characters are spelled with them and none is missing.
  var allFallbackIDs: [TokenID]? {
    let ids = fallbackIDs.compactMap(\.self)
    return ids.count == 256 ? ids : nil
  }

  private static func byteIDs(_ definition: BPEDefinition) -> [TokenID]? {
    let marksWords =
      !(definition.continuingPrefix ?? "").isEmpty
      || !(definition.endOfWordSuffix ?? "").isEmpty
    return marksWords ? nil : definition.byteAlphabetIDs
  }

  private static func tokensByBytes(_ vocabulary: Vocabulary) -> Vocabulary {
    var builder = Vocabulary.Builder(minimumCapacity: vocabulary.count)
    var bytes: [UInt8] = []
    for (token, id) in vocabulary.entries {
      bytes.removeAll(keepingCapacity: true)
      if ByteAlphabet.decode(utf8: token, into: &bytes) { builder.add(bytes, id: id) }
    }
    return builder.vocabulary()
  }

  // MARK: Encoding

  /// Appends the tokens of one piece to `output`.
  ///
  /// - Parameters:
  ///   - piece: a non-empty text, or bytes when `isBytes`.
  ///   - isBytes: whether the piece is to be read in the byte alphabet; needs `acceptsBytes`.
  func encode(
    _ piece: ArraySlice<UInt8>, isBytes: Bool, into output: inout PieceTokens
  ) throws(TokenizerError) {
    if definition.ignoresMerges {
      let vocabulary = isBytes ? wholeTokens : definition.vocabulary
      if let id = vocabulary?.id(of: piece) {
        output.append(id, length: piece.count)
        return
      }
    }
    var word = try characters(of: piece, isBytes: isBytes)
    word.merge(merges, leavesMarkFree: leavesMarkFree)
    for (id, length) in word.tokens { output.append(id, length: length) }
  }

  /// A piece before any merge; parameters as in `encode(_:isBytes:into:)`.
  func characters(
    of piece: ArraySlice<UInt8>, isBytes: Bool
  ) throws(TokenizerError) -> MergingWord {
    var word = MergingWord(capacity: piece.count)
    if isBytes, let byteIDs {
      for byte in piece { word.append(byteIDs[Int(byte)], length: 1) }
    } else {
      try appendCharacters(of: piece, to: &word)
    }
    return word
  }

  /// The tokens that a piece begins with: one per character, or what stands for an unknown one.
  private func appendCharacters(
    of piece: ArraySlice<UInt8>, to word: inout MergingWord
  ) throws(TokenizerError) {
    var unknownLength = 0
    for (_, range) in UTF8Scalars(piece) {
      var symbol = Array(piece[range])
      if range.lowerBound != piece.startIndex, let prefix = definition.continuingPrefix {
        symbol.insert(contentsOf: prefix.utf8, at: 0)
      }
      if range.upperBound == piece.endIndex, let suffix = definition.endOfWordSuffix {
        symbol.append(contentsOf: suffix.utf8)
      }
      if let id = definition.vocabulary.id(of: symbol) {
        if unknownLength > 0, let unknownID { word.append(unknownID, length: unknownLength) }
        unknownLength = 0
        word.append(id, length: range.count)
      } else if let bytes = fallbackTokens(symbol) {
        for id in bytes { word.append(id, length: 1) }
      } else if let unknownToken = definition.unknownToken {
        guard let unknownID else { throw .missingUnknownToken(unknownToken) }
        if unknownLength > 0, !definition.fusesUnknown {
          word.append(unknownID, length: unknownLength)
          unknownLength = 0
        }
        unknownLength += range.count
      }
    }
    if unknownLength > 0, let unknownID { word.append(unknownID, length: unknownLength) }
  }

  private func fallbackTokens(_ symbol: [UInt8]) -> [TokenID]? {
    guard definition.fallsBackToBytes else { return nil }
    var ids: [TokenID] = []
    for byte in symbol {
      guard let id = fallbackIDs[Int(byte)] else { return nil }
      ids.append(id)
    }
    return ids
  }
}

extension BPEDefinition {
  /// The ids of the 256 bytes in GPT-2's alphabet. GPT-NeoX's vocabulary lacks those that do not
  /// occur in UTF-8, for which any id will do.
  ///
  /// - Returns: `nil` when the vocabulary lacks a byte that does occur.
  package var byteAlphabetIDs: [TokenID]? {
    var ids: [TokenID] = []
    for byte in UInt8.min...UInt8.max {
      guard let id = id(ofByte: byte) ?? (Self.occursInUTF8(byte) ? nil : 0) else { return nil }
      ids.append(id)
    }
    return ids
  }

  /// Whether every byte has a token in GPT-2's alphabet.
  public var hasByteAlphabet: Bool {
    (UInt8.min...UInt8.max).allSatisfy { id(ofByte: $0) != nil }
  }

  private func id(ofByte byte: UInt8) -> TokenID? {
    vocabulary.id(of: Array(String(ByteAlphabet.scalar(for: byte)).utf8))
  }

  private static func occursInUTF8(_ byte: UInt8) -> Bool {
    byte != 0xC0 && byte != 0xC1 && byte < 0xF5
  }
}

/// The spelling of bytes that a vocabulary has no character for: `<0x0A>`.
public enum ByteFallback {
  /// The token of `byte`.
  public static func token(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "<0x" + (digits.count == 1 ? "0" : "") + digits + ">"
  }

  /// The byte of a fallback token; `nil` for any other token.
  public static func byte(_ token: some Collection<UInt8>) -> UInt8? {
    guard token.count == 6, token.starts(with: "<0x".utf8),
      token.dropFirst(5).first == UInt8(ascii: ">")
    else { return nil }
    let digits = token.dropFirst(3).prefix(2)
    guard digits.first != UInt8(ascii: "+") else { return nil }
    return UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
  }
}
