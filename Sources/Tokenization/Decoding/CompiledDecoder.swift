internal import Normalization

/// A decoder ready to run: nested sequences are flat, patterns are compiled.
struct CompiledDecoder: Sendable {
  enum Step: Sendable {
    case byteLevel
    case bytes(dropsInvalid: Bool)
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
  private(set) var steps: [Step] = []
  /// The same without lists of texts, where that is possible.
  private(set) var direct: DirectDecoding?

  /// - Parameter decoder: without one, tokens are joined by spaces.
  init(_ decoder: Decoder?) throws(TokenizerError) {
    if let decoder { try append(decoder) } else { steps.append(.separateBySpaces) }
    direct = DirectDecoding(steps)
  }

  private mutating func append(_ decoder: Decoder) throws(TokenizerError) {
    switch decoder {
    case .byteLevel: steps.append(.byteLevel)
    case .bytes(let dropsInvalid): steps.append(.bytes(dropsInvalid: dropsInvalid))
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

  /// The text of `tokens`, in bytes that may not be well-formed UTF-8.
  func decode(_ tokens: some Sequence<ArraySlice<UInt8>>) throws(TokenizerError) -> [UInt8] {
    guard let direct else { return try decodeStepByStep(tokens) }
    var text = DirectDecoding.Text()
    for token in tokens { try direct.append(token, to: &text) }
    return try direct.finish(text)
  }

  /// The same for any decoder.
  func decodeStepByStep(
    _ tokens: some Sequence<ArraySlice<UInt8>>
  ) throws(TokenizerError) -> [UInt8] {
    var texts = tokens.map(Array.init)
    for step in steps { texts = try apply(step, to: texts) }
    return Array(texts.joined())
  }

  private func apply(_ step: Step, to texts: [[UInt8]]) throws(TokenizerError) -> [[UInt8]] {
    switch step {
    case .byteLevel: return [Self.bytes(ofSpelled: texts)]
    case .bytes(let dropsInvalid):
      return [Self.text(ofNumbered: texts, dropsInvalid: dropsInvalid)]
    case .byteFallback: return Self.joiningByteTokens(texts)
    case .fuse: return [Array(texts.joined())]
    case .strip, .replace, .separateBySpaces, .wordPiece, .metaspace:
      var result: [[UInt8]] = []
      for (index, text) in texts.enumerated() {
        result.append(try Self.changed(text, at: index, by: step))
      }
      return result
    case .endOfWord(let suffix):
      return texts.enumerated().map { index, text in
        text.replacing(suffix, with: index == texts.count - 1 ? "" : " ")
      }
    case .alignment(let padding, let wordDelimiter, let cleanup):
      return Self.aligned(
        texts, padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup)
    }
  }

  /// What a step that looks at one text at a time makes of the text at `index`.
  static func changed(
    _ text: [UInt8], at index: Int, by step: Step
  ) throws(TokenizerError) -> [UInt8] {
    switch step {
    case .strip(let scalar, let start, let stop):
      return stripped(text, scalar, start: start, stop: stop)
    case .replace(let matcher, let replacement):
      return try replacing(matcher, in: text, with: replacement)
    case .separateBySpaces: return index == 0 ? text : [0x20] + text
    case .wordPiece(let prefix, let cleanup):
      let word = index == 0 ? text : joiningContinuation(text, prefix: prefix)
      return cleanup ? EnglishCleanup.clean(word) : word
    case .metaspace(let mark, let dropsFirst):
      return text.replacing(mark, with: index == 0 && dropsFirst ? "" : " ")
    case .byteLevel, .bytes, .byteFallback, .fuse, .endOfWord, .alignment: return text
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
      let text = withoutPadding(
        text, padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup)
      if !text.isEmpty { result.append(text) }
    }
    return result
  }

  /// What one token of an alignment stands for.
  static func withoutPadding(
    _ text: [UInt8], padding: String, wordDelimiter: String, cleanup: Bool
  ) -> [UInt8] {
    let text = text.replacing(padding, with: "")
    return cleanup ? EnglishCleanup.clean(text).replacing(wordDelimiter, with: " ") : text
  }

  /// A token with any character outside the byte alphabet stands for its own text.
  private static func bytes(ofSpelled texts: [[UInt8]]) -> [UInt8] {
    Array(String(decoding: texts.flatMap(bytes(ofSpelled:)), as: UTF8.self).utf8)
  }

  /// The bytes that one token spells.
  static func bytes(ofSpelled text: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    return ByteAlphabet.decode(utf8: text[...], into: &bytes) ? bytes : text
  }

  private static func joiningByteTokens(_ texts: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var run: [UInt8] = []
    func flush() {
      result += Self.texts(ofByteRun: run)
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

  /// The texts that a run of byte tokens stands for: one, or U+FFFD for each byte.
  static func texts(ofByteRun run: [UInt8]) -> [[UInt8]] {
    guard !run.isEmpty else { return [] }
    if String(validating: run, as: UTF8.self) != nil { return [run] }
    return run.map { _ in Array("\u{FFFD}".utf8) }
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
