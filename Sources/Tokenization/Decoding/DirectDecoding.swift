internal import Normalization

/// Decoders that make something of one token after the other and join it, straight into one text.
///
/// Most decoders are of this kind; `CompiledDecoder` leads the others, step by step, through lists of
/// texts. The two agree wherever both can run.
struct DirectDecoding: Sendable {
  /// What becomes of each token by itself.
  private enum Change {
    case none
    /// `first` in the place of a mark in the first token, `later` in others.
    case replacing([UInt8], first: [UInt8], later: [UInt8])
    /// Any other step that looks at one text at a time.
    case step(CompiledDecoder.Step)
  }
  /// How what becomes of the tokens is joined.
  private enum Joining {
    case texts
    /// Tokens are spelled in the byte alphabet.
    case byteLevel
    /// Tokens of a kind spell one byte each.
    case byteFallback
  }
  private var change = Change.none
  private var joining = Joining.texts
  /// What the whole text goes through in the end.
  private var last: CompiledDecoder.Step?

  /// - Returns: `nil` for a decoder of another kind.
  init?(_ steps: [CompiledDecoder.Step]) {
    var rest = steps[...]
    switch rest.first {
    case .replace(let matcher, let replacement):
      guard let mark = matcher.literal, !mark.isEmpty else { return nil }
      change = .replacing(mark, first: replacement, later: replacement)
      rest.removeFirst()
    case .metaspace(let mark, let dropsFirst):
      guard !mark.isEmpty else { return nil }
      change = .replacing(Array(mark.utf8), first: dropsFirst ? [] : [0x20], later: [0x20])
      rest.removeFirst()
    case .separateBySpaces?, .wordPiece?:
      if let step = rest.popFirst() { change = .step(step) }
    default: break
    }
    var isJoined = false
    if case .byteLevel = rest.first, case .none = change {
      joining = .byteLevel
      isJoined = true
      rest.removeFirst()
    } else if case .byteFallback = rest.first {
      joining = .byteFallback
      rest.removeFirst()
    }
    if case .fuse = rest.first {
      isJoined = true
      rest.removeFirst()
    }
    if isJoined, case .strip = rest.first { last = rest.popFirst() }
    guard rest.isEmpty else { return nil }
  }

  /// A text that tokens are being joined to.
  struct Text {
    fileprivate var bytes: [UInt8] = []
    /// A run of byte tokens.
    fileprivate var run: [UInt8] = []
    fileprivate var isAtStart = true
  }

  func append(_ token: ArraySlice<UInt8>, to text: inout Text) throws(TokenizerError) {
    let start = text.bytes.count
    switch (change, joining) {
    case (_, .byteLevel):
      if !ByteAlphabet.decode(utf8: token, into: &text.bytes) {
        // A token with any character outside the byte alphabet stands for its own text.
        text.bytes.removeSubrange(start...)
        text.bytes += token
      }
    case (.none, _): text.bytes += token
    case (.replacing(let mark, let first, let later), _):
      token.replacing(mark, with: text.isAtStart ? first : later, into: &text.bytes)
    case (.step(let step), _):
      text.bytes += try CompiledDecoder.changed(
        Array(token), at: text.isAtStart ? 0 : 1, by: step)
    }
    text.isAtStart = false
    guard case .byteFallback = joining else { return }
    if let byte = ByteFallback.byte(text.bytes[start...]) {
      text.bytes.removeSubrange(start...)
      text.run.append(byte)
    } else if !text.run.isEmpty {
      let changed = Array(text.bytes[start...])
      text.bytes.removeSubrange(start...)
      endRun(&text)
      text.bytes += changed
    }
  }

  /// The whole text, in bytes that may not be well-formed UTF-8.
  func finish(_ text: consuming Text) throws(TokenizerError) -> [UInt8] {
    endRun(&text)
    guard let last else { return text.bytes }
    if case .byteLevel = joining {
      text.bytes = Array(String(decoding: text.bytes, as: UTF8.self).utf8)
    }
    return try CompiledDecoder.changed(text.bytes, at: 0, by: last)
  }

  private func endRun(_ text: inout Text) {
    for part in CompiledDecoder.texts(ofByteRun: text.run) { text.bytes += part }
    text.run.removeAll()
  }
}
