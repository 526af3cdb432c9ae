/// The special tokens that a post-processor puts around one text, whatever the text.
struct SpecialFrame: Sendable {
  private(set) var prefix: [TokenID] = []
  private(set) var suffix: [TokenID] = []

  /// Reads them off what the post-processor makes of a text of one token.
  init(_ postProcessor: CompiledPostProcessor) throws(TokenizerError) {
    var text = Encoding()
    text.append(0, "a".utf8, 0..<1, word: 0)
    let framed = try postProcessor.process([text], of: [Array("a".utf8)], addSpecialTokens: true)
    guard let place = framed.isSpecial.firstIndex(of: false) else { return }
    prefix = Array(framed.ids[..<place])
    suffix = Array(framed.ids[(place + 1)...])
  }
}
