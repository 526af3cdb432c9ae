internal import Normalization

/// The way from a text to its tokens in Hugging Face's terms: added tokens are taken out, the rest is
/// normalized, cut into pieces, and each piece goes through the model.
struct TextPipeline: Sendable {
  private let vocabulary: TokenizerVocabulary
  private let normalizer: CompiledNormalizer
  private let addedTokens: AddedTokenSearch
  private let splitter: Splitter
  let encoder: PieceEncoder
  private let caches = WordCachePool()
  /// The fast ways to ids, where the definition allows one.
  private let engine: Engine?

  private enum Engine {
    case byteLevel(ByteLevelEngine)
    case spaced(SpacedMergingEngine, SpacedMergingEngine.Prefix)
    case chunked(ChunkCutting)
  }

  /// What encodes a piece in the place of the model: appends the tokens of the piece, which is to be
  /// read in the byte alphabet where the flag says so.
  typealias PieceEncoding =
    (ArraySlice<UInt8>, Bool, inout PieceTokens) throws(TokenizerError) -> Void

  /// - Throws: `TokenizerError` when a part of the definition is not valid or not available.
  init(_ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary) throws(TokenizerError)
  {
    self.vocabulary = vocabulary
    let normalizer = try TokenizerError.wrapping { () throws(NormalizationError) in
      try CompiledNormalizer(definition.normalizer)
    }
    self.normalizer = normalizer
    addedTokens = try TokenizerError.wrapping { () throws(NormalizationError) in
      try AddedTokenSearch(vocabulary.added, normalizer: normalizer)
    }
    encoder = try PieceEncoder(definition.model)
    splitter = try Splitter(definition.preTokenizer, keepsBytes: encoder.acceptsBytes)
    engine = Self.engine(definition, encoder, splitter)
  }

  private static func engine(
    _ definition: TokenizerDefinition, _ encoder: PieceEncoder, _ splitter: Splitter
  ) -> Engine? {
    if case .bytePair(let encoder) = encoder, case .bpe(let model) = definition.model {
      if let pattern = splitter.wordPattern,
        let engine = ByteLevelEngine(encoder, pattern)
      {
        return .byteLevel(engine)
      }
      if let prefix = SpacedMergingEngine.prefix(definition),
        let engine = SpacedMergingEngine(model, encoder)
      {
        return .spaced(engine, prefix)
      }
    }
    return ChunkCutting(definition).map(Engine.chunked)
  }

  // MARK: Encoding

  /// The tokens of one text, before any post-processing.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - matchesAddedTokens: whether added tokens are taken out at all.
  ///   - encodePiece: what encodes each piece; the model itself when it is `nil`.
  func tokens(
    of text: [UInt8], typeID: UInt32, matchesAddedTokens: Bool,
    encodingPieces encodePiece: PieceEncoding? = nil
  ) throws(TokenizerError) -> Encoding {
    var output = Output(typeID: typeID)
    for segment in segments(of: text, stage: .raw, matchesAddedTokens) {
      if let id = segment.id {
        output.append(id, name: text[segment.range], offsets: segment.range)
        continue
      }
      var part = AlignedText(text[segment.range], originalStart: segment.range.lowerBound)
      try TokenizerError.wrapping { () throws(NormalizationError) in
        try normalizer.normalize(&part)
      }
      for inner in segments(of: part.bytes, stage: .normalized, matchesAddedTokens) {
        if let id = inner.id {
          output.append(
            id, name: part.bytes[inner.range], offsets: part.originalRange(of: inner.range))
        } else {
          try appendModelTokens(of: part.part(inner.range), to: &output, encodePiece)
        }
      }
    }
    return output.encoding
  }

  /// The encoding of a text while it is being made.
  private struct Output {
    private(set) var encoding = Encoding()
    private let typeID: UInt32
    private var word: UInt32 = 0

    init(typeID: UInt32) { self.typeID = typeID }

    /// Appends an added token, which is a word of its own.
    mutating func append(_ id: TokenID, name: ArraySlice<UInt8>, offsets: Range<Int>) {
      encoding.append(id, name, offsets, word: word, typeID: typeID)
      word += 1
    }

    /// Appends the tokens of one piece, which is a word.
    mutating func append(
      _ tokens: PieceTokens, of piece: Range<Int>, in source: AlignedText, _ model: Vocabulary
    ) {
      var position = piece.lowerBound
      for (index, id) in tokens.ids.enumerated() {
        // A dropped character makes the lengths fall short of the piece, never exceed it, except by
        // byte tokens of a suffix; the reference leaves such offsets as they are.
        let end = min(position + tokens.lengths[index], piece.upperBound)
        let range = min(position, end)..<end
        let name = tokens.areNamedByText[index] ? source.bytes[range] : model.token(id)
        encoding.append(
          id, name ?? [], source.originalRange(of: range), word: word, typeID: typeID)
        position += tokens.advances[index]
      }
      word += 1
    }
  }

  /// Cuts a normalized text without added tokens into pieces and encodes each.
  private func appendModelTokens(
    of text: AlignedText, to output: inout Output, _ encodePiece: PieceEncoding?
  ) throws(TokenizerError) {
    let split = try splitter.split(text)
    if let encodePiece {
      for piece in split.pieces {
        var tokens = PieceTokens()
        try encodePiece(split.text.bytes[piece], splitter.yieldsBytes, &tokens)
        output.append(tokens, of: piece, in: split.text, vocabulary.model)
      }
      return
    }
    try caches.withCache { cache throws(TokenizerError) in
      var tokens = PieceTokens()
      for piece in split.pieces {
        tokens.removeAll()
        try forEachUnit(of: split.text.bytes[piece]) { unit throws(TokenizerError) in
          try appendTokens(of: unit, cache, to: &tokens)
        }
        output.append(tokens, of: piece, in: split.text, vocabulary.model)
      }
    }
  }

  /// Appends the tokens of a piece, or of a part of it that the model encodes by itself.
  private func appendTokens(
    of unit: ArraySlice<UInt8>, _ cache: WordCache, to tokens: inout PieceTokens
  ) throws(TokenizerError) {
    if cache.find(unit, into: &tokens) { return }
    var unitTokens = PieceTokens()
    try encoder.encode(unit, isBytes: splitter.yieldsBytes, into: &unitTokens)
    cache.insert(unit, unitTokens)
    tokens.append(unitTokens, 0..<unitTokens.ids.count)
  }

  /// Calls `body` with the parts of a piece that the model encodes independently, as `SpaceCutting`
  /// has them: each word with the marks before it. Other models take pieces whole.
  private func forEachUnit(
    of piece: ArraySlice<UInt8>, _ body: (ArraySlice<UInt8>) throws(TokenizerError) -> Void
  ) throws(TokenizerError) {
    guard case .spaced = engine else { return try body(piece) }
    let mark = SpaceMark.bytes
    var start = piece.startIndex
    var position = start
    var isBehindMark = true
    while position < piece.endIndex {
      let isMark = piece[position] == mark[0] && piece[position...].starts(with: mark)
      if isMark, !isBehindMark {
        try body(piece[start..<position])
        start = position
      }
      isBehindMark = isMark
      position += isMark ? mark.count : 1
    }
    try body(piece[start...])
  }

  private func segments(
    of text: [UInt8], stage: AddedTokenSearch.Stage, _ matchesAddedTokens: Bool
  ) -> [AddedTokenSearch.Segment] {
    matchesAddedTokens
      ? addedTokens.segments(of: text, stage: stage)
      : [AddedTokenSearch.Segment(range: 0..<text.count)]
  }

  // MARK: Ids only

  /// Pieces of more bytes than this are thought to have as many tokens: what is not needed of so much memory is never
  /// touched.
  private static let longPiece = 1 << 15

  /// Appends the ids of one text to `scratch.ids`: those of `tokens(of:typeID:matchesAddedTokens:)`,
  /// found without the rest of an encoding.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - matchesAddedTokens: whether added tokens are taken out at all.
  func appendIDs(
    of text: UnsafeBufferPointer<UInt8>, matchesAddedTokens: Bool,
    _ scratch: inout EncodingScratch
  ) throws(TokenizerError) {
    try forEachSegment(of: text, stage: .raw, matchesAddedTokens) {
      (bytes, id) throws(TokenizerError) in
      if let id { return scratch.ids.append(id) }
      let start = bytes.baseAddress.flatMap { start in text.baseAddress.map { start - $0 } } ?? 0
      if try encodeFast(bytes, at: start, matchesAddedTokens, &scratch) { return }
      try appendNormalizedIDs(of: bytes, at: start, matchesAddedTokens, &scratch)
    }
  }

  /// Normalizes a part of the text between added tokens and appends its ids.
  private func appendNormalizedIDs(
    of text: UnsafeBufferPointer<UInt8>, at start: Int, _ matchesAddedTokens: Bool,
    _ scratch: inout EncodingScratch
  ) throws(TokenizerError) {
    var part = AlignedText(
      text, originalStart: start, keepsOrigins: splitter.needsOrigins)
    try TokenizerError.wrapping { () throws(NormalizationError) in try normalizer.normalize(&part) }
    if case .byteLevel(let engine) = engine {
      return part.bytes.withUnsafeBufferPointer {
        appendByteLevel($0, engine, matchesAddedTokens, &scratch)
      }
    }
    for inner in segments(of: part.bytes, stage: .normalized, matchesAddedTokens) {
      if let id = inner.id {
        scratch.ids.append(id)
      } else {
        try appendModelIDs(of: part.part(inner.range), &scratch)
      }
    }
  }

  private func appendByteLevel(
    _ normalized: UnsafeBufferPointer<UInt8>, _ engine: ByteLevelEngine,
    _ matchesAddedTokens: Bool, _ scratch: inout EncodingScratch
  ) {
    forEachSegment(of: normalized, stage: .normalized, matchesAddedTokens) { part, id in
      if let id { scratch.ids.append(id) } else { engine.encode(part, &scratch) }
    }
  }

  /// Appends the ids of a part of the text between added tokens, if an engine can.
  private func encodeFast(
    _ text: UnsafeBufferPointer<UInt8>, at start: Int, _ matchesAddedTokens: Bool,
    _ scratch: inout EncodingScratch
  ) throws(TokenizerError) -> Bool {
    switch engine {
    case .byteLevel(let engine):
      guard normalizer.keeps(text) else { return false }
      appendByteLevel(text, engine, matchesAddedTokens, &scratch)
      return true
    case .chunked(let cutting):
      guard !matchesAddedTokens || addedTokens.isEmpty(.normalized) else { return false }
      let count = scratch.ids.count
      let isDone = try cutting.forEachChunk(in: text) { (from, to) throws(TokenizerError) in
        try appendChunk(text, from, to, at: start, cutting, &scratch)
      }
      if !isDone { scratch.ids.count = count }
      return isDone
    case .spaced(let engine, let prefix):
      guard !matchesAddedTokens || addedTokens.isEmpty(.normalized) else { return false }
      let isSpaced = text.first == 0x20 || text.starts(with: SpaceMark.bytes)
      let addsPrefix =
        switch prefix {
        case .never: false
        case .always: true
        case .unlessSpaced: !isSpaced
        case .unlessSpacedAtStart: !isSpaced && start == 0
        }
      return engine.encode(text, addsPrefix: addsPrefix, &scratch)
    case nil: return false
    }
  }

  /// Appends the ids of a chunk.
  ///
  /// - Returns: whether they can be found without what stands beside it.
  @inline(__always)
  private func appendChunk(
    _ text: UnsafeBufferPointer<UInt8>, _ from: Int, _ to: Int, at start: Int,
    _ cutting: ChunkCutting, _ scratch: inout EncodingScratch
  ) throws(TokenizerError) -> Bool {
    let isKept = to - from <= WordTable.maximumLength
    let key = isKept ? WordTable.key(text, from, to) : WordTable.Key(low: 0, high: 0)
    if isKept, scratch.chunks.find(key, text, from, into: &scratch.ids) { return true }
    let chunk = UnsafeBufferPointer(rebasing: text[from..<to])
    guard cutting.isIndependent(chunk) else { return false }
    let first = scratch.ids.count
    try appendNormalizedIDs(of: chunk, at: start + from, false, &scratch)
    if isKept {
      let ids = UnsafeBufferPointer(rebasing: scratch.ids.elements[first...])
      scratch.chunks.insert(key, text, from, ids)
    }
    return true
  }

  /// Cuts a normalized text without added tokens into pieces and appends the ids of each.
  private func appendModelIDs(
    of text: AlignedText, _ scratch: inout EncodingScratch
  ) throws(TokenizerError) {
    let split = try splitter.split(text)
    var tokens = PieceTokens(keepsLayout: false)
    try split.text.bytes.withUnsafeBufferPointer { bytes throws(TokenizerError) in
      for piece in split.pieces {
        let isKept = piece.count <= WordTable.maximumLength
        let key = isKept ? WordTable.key(bytes, piece.lowerBound, piece.upperBound) : nil
        if let key, scratch.words.find(key, bytes, piece.lowerBound, into: &scratch.ids) {
          continue
        }
        tokens.removeAll()
        if piece.count > Self.longPiece { tokens.reserveIDs(piece.count) }
        try encoder.encode(
          split.text.bytes[piece], isBytes: splitter.yieldsBytes, into: &tokens)
        scratch.ids.append(contentsOf: tokens.ids)
        if let key {
          tokens.ids.withUnsafeBufferPointer {
            scratch.words.insert(key, bytes, piece.lowerBound, $0)
          }
        }
      }
    }
  }

  /// Calls `body` with the parts of a text, cut at the added tokens of a stage.
  @inline(__always)
  private func forEachSegment<Failure: Error>(
    of text: UnsafeBufferPointer<UInt8>, stage: AddedTokenSearch.Stage, _ matchesAddedTokens: Bool,
    _ body: (UnsafeBufferPointer<UInt8>, TokenID?) throws(Failure) -> Void
  ) throws(Failure) {
    guard matchesAddedTokens, !addedTokens.isEmpty(stage) else { return try body(text, nil) }
    try addedTokens.forEachSegment(of: text, stage: stage) { segment throws(Failure) in
      try body(UnsafeBufferPointer(rebasing: text[segment.range]), segment.id)
    }
  }

  // MARK: Decoding

  /// What the token with `id` is decoded from; `nil` for an id that no token has.
  func decodingForm(_ id: TokenID) -> ArraySlice<UInt8>? {
    addedTokens.decodingForm(id) ?? vocabulary.model.token(id)
  }
}
