internal import Normalization

/// The search for added tokens, which are taken out of a text before the model sees it.
///
/// Reproduces Hugging Face's `AddedVocabulary`.
struct AddedTokenSearch: Sendable {
  private let tokens: [TokenID: AddedToken]
  /// What each token is decoded from.
  private var decodingForms: [TokenID: ArraySlice<UInt8>] = [:]
  private let leastID: TokenID
  /// What is looked for in the text as it is given, and in the normalized text.
  private let rawTrie: TokenTrie
  private let normalizedTrie: TokenTrie

  init(
    _ tokens: [TokenID: AddedToken], normalizer: CompiledNormalizer
  ) throws(NormalizationError) {
    self.tokens = tokens
    leastID = tokens.keys.min() ?? .max
    var raw: [(text: [UInt8], value: TokenID)] = []
    var normalized: [(text: [UInt8], value: TokenID)] = []
    for (id, token) in tokens.sorted(by: { $0.key < $1.key }) {
      if token.isNormalized {
        var form = AlignedText(token.content.utf8)
        try normalizer.normalize(&form)
        decodingForms[id] = form.bytes[...]
        normalized.append((form.bytes, id))
      } else {
        let content = Array(token.content.utf8)
        decodingForms[id] = content[...]
        raw.append((content, id))
      }
    }
    rawTrie = TokenTrie(raw)
    normalizedTrie = TokenTrie(normalized)
  }

  /// What an added token is decoded from: its normalized form if it has one, so that the decoder can
  /// undo what the normalizer did.
  func decodingForm(_ id: TokenID) -> ArraySlice<UInt8>? {
    id < leastID ? nil : decodingForms[id]
  }

  /// Which of the two searches is meant.
  enum Stage { case raw, normalized }

  /// A part of a text: an added token with what it took along, or what stands between two.
  struct Segment {
    var range: Range<Int>
    var id: TokenID?
  }

  /// Whether a stage looks for any token.
  func isEmpty(_ stage: Stage) -> Bool { (stage == .raw ? rawTrie : normalizedTrie).isEmpty }

  /// Cuts a text at the added tokens of a stage.
  func segments(of bytes: [UInt8], stage: Stage) -> [Segment] {
    var segments: [Segment] = []
    bytes.withUnsafeBufferPointer { bytes in
      forEachSegment(of: bytes, stage: stage) { segments.append($0) }
    }
    return segments
  }

  /// Calls `body` with the parts of a text, cut at the added tokens of a stage.
  @inline(__always)
  func forEachSegment<Failure: Error>(
    of bytes: UnsafeBufferPointer<UInt8>, stage: Stage, _ body: (Segment) throws(Failure) -> Void
  ) throws(Failure) {
    let trie = stage == .raw ? rawTrie : normalizedTrie
    guard !trie.isEmpty else { return try body(Segment(range: 0..<bytes.count)) }
    var covered = 0
    var position = 0
    // White space that has been looked through to its end, so that it is not looked through again.
    var space = 0..<0
    while let match = trie.firstMatch(in: bytes, from: position) {
      position = match.range.upperBound
      guard let token = tokens[match.value],
        !token.isSingleWord || Self.standsAlone(match.range, in: bytes)
      else { continue }
      var (start, end) = (match.range.lowerBound, match.range.upperBound)
      // White space that an earlier token has taken already is not taken again. A token that stands
      // inside what an earlier one took along still counts, unless it strips and nothing is left.
      if token.stripsLeft, start > covered {
        start = Self.startOfSpace(before: start, downTo: covered, in: bytes)
      } else if token.stripsLeft {
        start = covered
      }
      if token.stripsRight {
        if !space.contains(end) { space = end..<Self.endOfSpace(after: end, in: bytes) }
        end = max(end, space.upperBound)
      }
      guard start <= end else { continue }
      if covered < start { try body(Segment(range: covered..<start)) }
      if start < end { try body(Segment(range: start..<end, id: match.value)) }
      covered = end
    }
    if covered < bytes.count { try body(Segment(range: covered..<bytes.count)) }
  }

  // MARK: Surroundings

  private static func standsAlone(_ range: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) -> Bool
  {
    let before = lastScalar(of: bytes[..<range.lowerBound])
    var after = UTF8Scalars(bytes[range.upperBound...])
    return !(before.map { ScalarProperties.isWord($0.scalar) } ?? false)
      && !(after.next().map { ScalarProperties.isWord($0.scalar) } ?? false)
  }

  private static func startOfSpace(
    before end: Int, downTo limit: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Int {
    var start = end
    while start > limit, let last = lastScalar(of: bytes[..<start]),
      ScalarProperties.isWhitespace(last.scalar)
    {
      start = last.range.lowerBound
    }
    return max(start, limit)
  }

  private static func endOfSpace(after start: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var end = start
    for (scalar, range) in UTF8Scalars(bytes[start...]) {
      guard ScalarProperties.isWhitespace(scalar) else { break }
      end = range.upperBound
    }
    return end
  }

  private static func lastScalar(of bytes: Slice<UnsafeBufferPointer<UInt8>>) -> (
    scalar: Unicode.Scalar, range: Range<Int>
  )? {
    guard let lead = bytes.lastIndex(where: { !UTF8.isContinuation($0) }) else { return nil }
    var scalars = UTF8Scalars(bytes[lead...])
    return scalars.next()
  }
}
