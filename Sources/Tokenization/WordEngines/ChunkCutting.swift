internal import Normalization

/// How a text falls into chunks that a whole pipeline encodes independently: at white space that the
/// pipeline drops.
///
/// For such pipelines a chunk that has occurred before costs one look-up, whatever its normalizers
/// and its model are; new chunks go the general way.
struct ChunkCutting: Sendable {
  /// White space of ASCII, which the pipeline drops and no normalizer joins to what follows.
  private let isSpace: ConstantTable<Bool>
  /// Signs that are pieces of their own.
  private let isAlone: ConstantTable<Bool>
  private let clusters: ClusterUse

  /// Whether normalizers look at grapheme clusters, which may reach over a space.
  private enum ClusterUse {
    case none
    /// At those of the text as it is given.
    case given
    /// At those of a text that others have normalized before.
    case normalized
  }

  /// - Returns: `nil` when a part of the definition looks further than a chunk.
  init?(_ definition: TokenizerDefinition) {
    guard let preTokenizer = definition.preTokenizer, Self.isLocal(preTokenizer),
      definition.normalizer.map(Self.isLocal) ?? true
    else { return nil }
    isSpace = ConstantTable((0..<256).map { [0x09, 0x0A, 0x0D, 0x20].contains($0) })
    // BERT's normalizer composes nothing, so that no mark joins a sign.
    let cutsSigns =
      switch (preTokenizer, definition.normalizer) {
      case (.bert, nil), (.bert, .bert): true
      default: false
      }
    isAlone = ConstantTable(
      (UInt8.min...UInt8.max).map { byte in
        cutsSigns && byte < 0x80 && ScalarProperties.isPunctuation(Unicode.Scalar(byte))
      })
    clusters = definition.normalizer.map(Self.clusterUse) ?? .none
  }

  /// Whether a pre-tokenizer begins by dropping white space, and then cuts each word by itself.
  private static func isLocal(_ preTokenizer: PreTokenizer) -> Bool {
    switch preTokenizer {
    case .bert, .whitespaceSplit: return true
    case .sequence(let parts):
      guard let first = parts.first, isLocal(first) else { return false }
      return parts.dropFirst().allSatisfy { part in
        switch part {
        // The scheme `first` asks where the text begins.
        case .metaspace(_, let prepend, _): prepend != .first
        case .bert, .whitespaceSplit, .whitespace, .punctuation, .digits: true
        default: false
        }
      }
    default: return false
    }
  }

  /// Whether a normalizer changes no word by what stands beyond white space.
  private static func isLocal(_ normalizer: Normalizer) -> Bool {
    switch normalizer {
    case .nfc, .nfd, .nfkc, .nfkd, .lowercase, .strip, .stripAccents, .nmt, .bert: true
    case .precompiled(let map): (try? CharacterMap(map)).map { !$0.hasSpaceInside } ?? false
    case .replace(.literal(let text), with: let replacement):
      !(text + replacement).unicodeScalars.contains(where: ScalarProperties.isWhitespace)
    case .sequence(let parts): parts.allSatisfy(isLocal)
    default: false
    }
  }

  private static func clusterUse(_ normalizer: Normalizer) -> ClusterUse {
    switch normalizer {
    case .precompiled: return .given
    case .sequence(let parts):
      for (index, part) in parts.enumerated() where clusterUse(part) != .none {
        return index == 0 ? clusterUse(part) : .normalized
      }
      return .none
    default: return .none
    }
  }

  /// Calls `body` with the beginning and the end of each chunk; it returns whether to go on.
  ///
  /// - Returns: whether every call did.
  @inline(__always)
  func forEachChunk<Failure: Error>(
    in text: UnsafeBufferPointer<UInt8>, _ body: (Int, Int) throws(Failure) -> Bool
  ) throws(Failure) -> Bool {
    var end = 0
    while true {
      var start = end
      while start < text.count, isSpace[Int(text[start])] { start += 1 }
      guard start < text.count else { return true }
      end = start + 1
      if !isAlone[Int(text[start])] {
        while end < text.count, !isSpace[Int(text[end])], !isAlone[Int(text[end])] { end += 1 }
      }
      guard try body(start, end) else { return false }
    }
  }

  /// Whether a chunk is normalized by itself as it is between spaces.
  func isIndependent(_ chunk: UnsafeBufferPointer<UInt8>) -> Bool {
    guard clusters != .none, chunk.contains(where: { $0 >= 0x80 }) else { return true }
    guard clusters == .given else { return false }
    // A mark would join the space before it; a few signs join what follows.
    let surrounded = [0x20] + Array(chunk) + [0x20]
    let ends = GraphemeClusters(surrounded).map(\.upperBound)
    return ends.first == 1 && ends.dropLast().last == surrounded.count - 1
  }
}
