internal import Normalization

/// A decoder ready to run: nested sequences are flat, patterns are compiled.
struct CompiledDecoder: Sendable {
  private enum Step: Sendable {
    case byteLevel
    case byteFallback
    case fuse
    case strip(Unicode.Scalar, start: Int, stop: Int)
    case replace(TextMatcher, with: [UInt8])
    case separateBySpaces
    case wordPiece(prefix: [UInt8], cleanup: Bool)
    case endOfWord(suffix: String)
    case metaspace(String, dropsFirst: Bool)
    case alignment(padding: String, wordDelimiter: String, cleanup: Bool)
  }
  private var steps: [Step] = []

  /// - Parameter decoder: without one, tokens are joined by spaces.
  init(_ decoder: Decoder?) throws(TokenizerError) {
    if let decoder { try append(decoder) } else { steps.append(.separateBySpaces) }
  }

  private mutating func append(_ decoder: Decoder) throws(TokenizerError) {
    switch decoder {
    case .byteLevel: steps.append(.byteLevel)
    case .byteFallback: steps.append(.byteFallback)
    case .fuse: steps.append(.fuse)
    case .strip(let scalar, let start, let stop):
      steps.append(.strip(scalar, start: start, stop: stop))
    case .replace(let pattern, let replacement):
      let matcher = try TokenizerError.wrapping { () throws(NormalizationError) in
        try TextMatcher(pattern)
      }
      steps.append(.replace(matcher, with: Array(replacement.utf8)))
    case .sequence(let parts): for part in parts { try append(part) }
    case .wordPiece(let prefix, let cleanup):
      steps.append(.wordPiece(prefix: Array(prefix.utf8), cleanup: cleanup))
    case .bpe(let suffix): steps.append(.endOfWord(suffix: suffix))
    case .metaspace(let replacement, let prepend):
      steps.append(.metaspace(String(replacement), dropsFirst: prepend != .never))
    case .ctc(let padding, let wordDelimiter, let cleanup):
      steps.append(
        .alignment(padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup))
    }
  }

  /// The text of `tokens`, well-formed UTF-8.
  func decode(_ tokens: [[UInt8]]) throws(TokenizerError) -> [UInt8] {
    var texts = tokens
    for step in steps { texts = try apply(step, to: texts) }
    return Array(texts.joined())
  }

  private func apply(_ step: Step, to texts: [[UInt8]]) throws(TokenizerError) -> [[UInt8]] {
    switch step {
    case .byteLevel: return [Self.bytes(ofSpelled: texts)]
    case .byteFallback: return Self.joiningByteTokens(texts)
    case .fuse: return [Array(texts.joined())]
    case .strip(let scalar, let start, let stop):
      return texts.map { Self.stripped($0, scalar, start: start, stop: stop) }
    case .replace(let matcher, let replacement):
      var result: [[UInt8]] = []
      for text in texts { result.append(try Self.replacing(matcher, in: text, with: replacement)) }
      return result
    case .separateBySpaces:
      return texts.enumerated().map { $0.offset == 0 ? $0.element : [0x20] + $0.element }
    case .wordPiece(let prefix, let cleanup):
      return texts.enumerated().map { index, text in
        let word = index == 0 ? text : Self.joiningContinuation(text, prefix: prefix)
        return cleanup ? EnglishCleanup.clean(word) : word
      }
    case .endOfWord(let suffix):
      return texts.enumerated().map { index, text in
        text.replacing(suffix, with: index == texts.count - 1 ? "" : " ")
      }
    case .metaspace(let mark, let dropsFirst):
      return texts.enumerated().map { index, text in
        text.replacing(mark, with: index == 0 && dropsFirst ? "" : " ")
      }
    case .alignment(let padding, let wordDelimiter, let cleanup):
      return Self.aligned(
        texts, padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup)
    }
  }

  /// A continuation without its prefix; any other token begins a word.
  private static func joiningContinuation(_ text: [UInt8], prefix: [UInt8]) -> [UInt8] {
    text.starts(with: prefix) ? Array(text.dropFirst(prefix.count)) : [0x20] + text
  }

  /// Repeated tokens count once, padding not at all.
  private static func aligned(
    _ texts: [[UInt8]], padding: String, wordDelimiter: String, cleanup: Bool
  ) -> [[UInt8]] {
    var result: [[UInt8]] = []
    for (index, text) in texts.enumerated() where index == 0 || texts[index - 1] != text {
      var text = text.replacing(padding, with: "")
      if cleanup { text = EnglishCleanup.clean(text).replacing(wordDelimiter, with: " ") }
      if !text.isEmpty { result.append(text) }
    }
    return result
  }

  /// A token with any character outside the byte alphabet stands for its own text.
  private static func bytes(ofSpelled texts: [[UInt8]]) -> [UInt8] {
    let bytes = texts.flatMap { text in ByteAlphabet.decode(text.scalars) ?? text }
    return Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  private static func joiningByteTokens(_ texts: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      guard !run.isEmpty else { return }
      if String(validating: run, as: UTF8.self) != nil {
        result.append(run)
      } else {
        result += run.map { _ in Array("\u{FFFD}".utf8) }
      }
      run.removeAll()
    }
    for text in texts {
      if let byte = ByteFallback.byte(text) {
        run.append(byte)
      } else {
        flush()
        result.append(text)
      }
    }
    flush()
    return result
  }

  private static func stripped(
    _ text: [UInt8], _ scalar: Unicode.Scalar, start: Int, stop: Int
  ) -> [UInt8] {
    let unit = Array(String(scalar).utf8)
    var rest = text[...]
    var (leading, trailing) = (start, stop)
    while leading > 0, rest.starts(with: unit) {
      rest = rest.dropFirst(unit.count)
      leading -= 1
    }
    while trailing > 0, rest.suffix(unit.count).elementsEqual(unit) {
      rest = rest.dropLast(unit.count)
      trailing -= 1
    }
    return Array(rest)
  }

  private static func replacing(
    _ matcher: TextMatcher, in text: [UInt8], with replacement: [UInt8]
  ) throws(TokenizerError) -> [UInt8] {
    let matches = try TokenizerError.wrapping { () throws(NormalizationError) in
      try matcher.matches(in: text[...])
    }
    var result: [UInt8] = []
    var position = 0
    for match in matches {
      result += text[position..<match.lowerBound]
      result += replacement
      position = match.upperBound
    }
    return result + text[position...]
  }
}
