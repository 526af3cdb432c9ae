internal import Normalization

/// A part of one of the texts that decoders pass on.
struct TextFragment {
  var bytes: [UInt8]
  /// Whether the text ends here.
  var endsText: Bool
}

/// A decoder's step that sees its texts part by part and passes on what no later part can change.
protocol StreamingStage: Sendable {
  mutating func append(
    _ fragment: TextFragment, to output: inout [TextFragment]
  ) throws(TokenizerError)

  /// Passes on what has been held back.
  mutating func finish(into output: inout [TextFragment]) throws(TokenizerError)
}

extension CompiledDecoder.Step {
  /// The step as it works on a stream.
  var streaming: any StreamingStage {
    switch self {
    case .byteLevel: ByteLevelStage()
    case .bytes(let dropsInvalid): ByteStage(dropsInvalid: dropsInvalid)
    case .byteFallback: ByteFallbackStage()
    case .fuse: FuseStage()
    case .strip(let scalar, let start, let stop): StripStage(scalar, start: start, stop: stop)
    case .replace(let matcher, let replacement):
      if let literal = matcher.literal, !literal.isEmpty {
        ReplaceStage(literal, with: replacement)
      } else {
        WholeTextStage(step: self)
      }
    case .separateBySpaces, .wordPiece, .metaspace: WholeTextStage(step: self)
    case .endOfWord(let suffix): EndOfWordStage(suffix: suffix)
    case .alignment(let padding, let wordDelimiter, let cleanup):
      AlignmentStage(padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup)
    }
  }
}

/// A text that is put together before a stage looks at it. A token comes in one part; only what an
/// earlier stage has joined comes in several.
struct TextCollection: Sendable {
  private var text: [UInt8] = []
  private(set) var hasText = false

  /// The whole text once its last part is there.
  mutating func append(_ fragment: TextFragment) -> [UInt8]? {
    text += fragment.bytes
    hasText = true
    guard fragment.endsText else { return nil }
    defer { text.removeAll() }
    return text
  }
}
