import Graft

/// A regular expression and a text, apart by a line of `%%`: as the splitting pattern of a
/// tokenizer, in both syntaxes, it is refused, gives up, or cuts the text.
struct PatternTarget: Sendable {
  func run(_ bytes: [UInt8]) {
    let parts = parts(bytes, atMost: 2)
    let pattern = String(decoding: parts[0], as: UTF8.self)
    let text = parts.count > 1 ? String(decoding: parts[1], as: UTF8.self) : "a1 b\n\u{301}é  你"
    for split in [TextPattern.regex(pattern), .fancyRegex(pattern)] {
      var vocabulary = Vocabulary.Builder()
      vocabulary.add(Array("?".utf8), id: 0)
      var model = WordLevelDefinition(vocabulary: vocabulary.vocabulary())
      model.unknownToken = "?"
      let definition = TokenizerDefinition(
        preTokenizer: .split(split, .isolated, inverted: false), model: .wordLevel(model))
      guard let tokenizer = try? Tokenizer(definition), let encoding = try? tokenizer.encode(text)
      else { continue }
      // Isolated matches drop nothing.
      precondition(encoding.offsets.reduce(0) { $0 + $1.count } == text.utf8.count)
    }
  }
}
