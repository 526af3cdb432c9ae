/// Steps that change each text by itself.
struct WholeTextStage: StreamingStage {
  private let step: CompiledDecoder.Step
  private var collection = TextCollection()
  private var index = 0

  init(step: CompiledDecoder.Step) { self.step = step }

  mutating func append(
    _ fragment: TextFragment, to output: inout [TextFragment]
  ) throws(TokenizerError) {
    guard let text = collection.append(fragment) else { return }
    let changed = try CompiledDecoder.changed(text, at: index, by: step)
    output.append(TextFragment(bytes: changed, endsText: true))
    index += 1
  }

  mutating func finish(into output: inout [TextFragment]) {}
}

/// `strip`: characters off both ends of every text.
struct StripStage: StreamingStage {
  private let unit: [UInt8]
  private let start: Int
  private let stop: Int
  private var leading: Int
  private var held: [UInt8] = []

  init(_ scalar: Unicode.Scalar, start: Int, stop: Int) {
    unit = Array(String(scalar).utf8)
    self.start = start
    self.stop = stop
    leading = start
  }

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    held += fragment.bytes
    while leading > 0, held.starts(with: unit) {
      held.removeFirst(unit.count)
      leading -= 1
    }
    if fragment.endsText {
      var trailing = stop
      while trailing > 0, held.suffix(unit.count).elementsEqual(unit) {
        held.removeLast(unit.count)
        trailing -= 1
      }
      output.append(TextFragment(bytes: held, endsText: true))
      held.removeAll()
      leading = start
    } else if leading == 0 || !unit.starts(with: held) {
      // What may yet be the end of the text waits.
      leading = 0
      let settled = max(0, held.count - stop * unit.count)
      output.append(TextFragment(bytes: Array(held[..<settled]), endsText: false))
      held.removeFirst(settled)
    }
  }

  mutating func finish(into output: inout [TextFragment]) {}
}

/// `replace` of a text by another.
struct ReplaceStage: StreamingStage {
  private let pattern: [UInt8]
  private let replacement: [UInt8]
  /// What may be the beginning of an occurrence.
  private var held: [UInt8] = []

  init(_ pattern: [UInt8], with replacement: [UInt8]) {
    self.pattern = pattern
    self.replacement = replacement
  }

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    let text = held + fragment.bytes
    var result: [UInt8] = []
    var position = 0
    while position + pattern.count <= text.count {
      if text[position...].starts(with: pattern) {
        result += replacement
        position += pattern.count
      } else {
        result.append(text[position])
        position += 1
      }
    }
    while position < text.count, fragment.endsText || !pattern.starts(with: text[position...]) {
      result.append(text[position])
      position += 1
    }
    held = Array(text[position...])
    output.append(TextFragment(bytes: result, endsText: fragment.endsText))
  }

  mutating func finish(into output: inout [TextFragment]) {}
}

/// `bpe`: the mark of a word's end becomes a space, but not in the last text of all.
struct EndOfWordStage: StreamingStage {
  private let suffix: String
  private var collection = TextCollection()
  /// The text before, from its first mark on: whether that is a space depends on what follows.
  private var held: [UInt8]?

  init(suffix: String) { self.suffix = suffix }

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    guard let text = collection.append(fragment) else { return }
    release(with: " ", to: &output)
    let mark = Array(suffix.utf8)
    let first = text.indices.first { text[$0...].starts(with: mark) } ?? text.count
    output.append(TextFragment(bytes: Array(text[..<first]), endsText: false))
    held = Array(text[first...])
  }

  mutating func finish(into output: inout [TextFragment]) { release(with: "", to: &output) }

  private mutating func release(with space: String, to output: inout [TextFragment]) {
    guard let held else { return }
    output.append(TextFragment(bytes: held.replacing(suffix, with: space), endsText: true))
    self.held = nil
  }
}

/// `ctc`: repeated tokens count once, padding not at all.
struct AlignmentStage: StreamingStage {
  private let padding: String
  private let wordDelimiter: String
  private let cleanup: Bool
  private var collection = TextCollection()
  private var previous: [UInt8]?

  init(padding: String, wordDelimiter: String, cleanup: Bool) {
    self.padding = padding
    self.wordDelimiter = wordDelimiter
    self.cleanup = cleanup
  }

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    guard let text = collection.append(fragment), text != previous else { return }
    previous = text
    let meant = CompiledDecoder.withoutPadding(
      text, padding: padding, wordDelimiter: wordDelimiter, cleanup: cleanup)
    if !meant.isEmpty { output.append(TextFragment(bytes: meant, endsText: true)) }
  }

  mutating func finish(into output: inout [TextFragment]) {}
}
