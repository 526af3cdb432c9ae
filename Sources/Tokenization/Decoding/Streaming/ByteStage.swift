internal import ByteIO

/// `bytes`: tokens that spell one byte each, all of them joined into one text.
struct ByteStage: StreamingStage {
  private let dropsInvalid: Bool
  private var collection = TextCollection()
  private var repair = UTF8Repair()
  /// What may be the beginning of a character, where others are dropped.
  private var pending: [UInt8] = []

  init(dropsInvalid: Bool) { self.dropsInvalid = dropsInvalid }

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    guard let token = collection.append(fragment) else { return }
    let bytes = CompiledDecoder.bytes(ofNumbered: token)
    guard dropsInvalid else {
      output.append(TextFragment(bytes: repair.append(bytes), endsText: false))
      return
    }
    pending += bytes
    let whole = pending.count - UTF8Repair.incompleteSuffix(of: pending)
    output.append(
      TextFragment(bytes: CompiledDecoder.valid(pending[..<whole]), endsText: false))
    pending.removeFirst(whole)
  }

  mutating func finish(into output: inout [TextFragment]) {
    pending.removeAll()
    output.append(TextFragment(bytes: repair.finish(), endsText: true))
  }
}

extension CompiledDecoder {
  /// The text that tokens of one byte each spell.
  static func text(ofNumbered tokens: [[UInt8]], dropsInvalid: Bool) -> [UInt8] {
    let bytes = tokens.flatMap(bytes(ofNumbered:))
    return dropsInvalid
      ? valid(bytes[...]) : Array(String(decoding: bytes, as: UTF8.self).utf8)
  }

  /// The byte that a token spells; a token of another kind stands for its own text.
  static func bytes(ofNumbered token: [UInt8]) -> [UInt8] {
    ByteDefinition.byte(token).map { [$0] } ?? token
  }

  /// The bytes without those that belong to no character, as Python's `errors="ignore"`.
  static func valid(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    var result: [UInt8] = []
    bytes.withUnsafeBytes { buffer in
      var position = 0
      while position < buffer.count {
        let length = UTF8Validation.sequenceLength(at: position, in: buffer)
        result += buffer[position..<(position + length)]
        position += max(1, length)
      }
    }
    return result
  }
}
