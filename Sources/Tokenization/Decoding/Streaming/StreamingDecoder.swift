/// A tokenizer's decoder that is given its tokens one by one.
struct StreamingDecoder: Sendable {
  private var stages: [any StreamingStage]
  private var repair = UTF8Repair()

  init(_ decoder: CompiledDecoder) { stages = decoder.steps.map(\.streaming) }

  /// The text that one more token makes certain.
  mutating func append(_ token: [UInt8]) throws(TokenizerError) -> [UInt8] {
    try pass([TextFragment(bytes: token, endsText: true)], from: 0)
  }

  /// The rest of the text.
  mutating func finish() throws(TokenizerError) -> [UInt8] {
    var text: [UInt8] = []
    for index in stages.indices {
      var rest: [TextFragment] = []
      try stages[index].finish(into: &rest)
      text += try pass(rest, from: index + 1)
    }
    return text + repair.finish()
  }

  /// Leads fragments through the stages from `first` on.
  private mutating func pass(
    _ fragments: [TextFragment], from first: Int
  ) throws(TokenizerError) -> [UInt8] {
    var fragments = fragments
    for index in stages.indices.dropFirst(first) {
      var output: [TextFragment] = []
      for fragment in fragments { try stages[index].append(fragment, to: &output) }
      fragments = output
    }
    return repair.append(fragments.flatMap(\.bytes))
  }
}
