/// `fuse`: all texts into one.
struct FuseStage: StreamingStage {
  func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    output.append(TextFragment(bytes: fragment.bytes, endsText: false))
  }

  func finish(into output: inout [TextFragment]) {
    output.append(TextFragment(bytes: [], endsText: true))
  }
}

/// `byteLevel`: the byte alphabet back to bytes, and all of them into one text.
struct ByteLevelStage: StreamingStage {
  private var collection = TextCollection()
  private var repair = UTF8Repair()

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    guard let text = collection.append(fragment) else { return }
    let bytes = repair.append(CompiledDecoder.bytes(ofSpelled: text))
    output.append(TextFragment(bytes: bytes, endsText: false))
  }

  mutating func finish(into output: inout [TextFragment]) {
    output.append(TextFragment(bytes: repair.finish(), endsText: true))
  }
}

/// `byteFallback`: runs of byte tokens into the text that they spell.
///
/// A run is held back as long as it lasts: one byte that does not fit makes U+FFFD of all of them.
struct ByteFallbackStage: StreamingStage {
  private var collection = TextCollection()
  private var run: [UInt8] = []

  mutating func append(_ fragment: TextFragment, to output: inout [TextFragment]) {
    guard let text = collection.append(fragment) else { return }
    if let byte = ByteFallback.byte(text) {
      run.append(byte)
    } else {
      finish(into: &output)
      output.append(TextFragment(bytes: text, endsText: true))
    }
  }

  mutating func finish(into output: inout [TextFragment]) {
    for text in CompiledDecoder.texts(ofByteRun: run) {
      output.append(TextFragment(bytes: text, endsText: true))
    }
    run.removeAll()
  }
}
