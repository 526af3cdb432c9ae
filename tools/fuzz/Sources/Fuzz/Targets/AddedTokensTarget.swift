import Graft

/// Added tokens and a text: the lines but the last are tokens, each after a byte of flags, the last
/// is the text. Its tokens cover no byte twice, in order.
struct AddedTokensTarget: Sendable {
  private let base: TokenizerDefinition

  init() throws { base = try shippedTokenizer("example-donor").definition }

  func run(_ bytes: [UInt8]) {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    var definition = base
    definition.addedTokens = []
    for (index, line) in lines.dropLast().prefix(64).enumerated() {
      guard let flags = line.first else { continue }
      definition.addedTokens.append(
        AddedToken(
          id: TokenID(5000 + index), content: String(decoding: line.dropFirst(), as: UTF8.self),
          isSingleWord: flags & 1 != 0, stripsLeft: flags & 2 != 0, stripsRight: flags & 4 != 0,
          isNormalized: flags & 8 != 0, isSpecial: flags & 16 != 0))
    }
    let text = String(decoding: lines.last ?? [], as: UTF8.self)
    guard let tokenizer = try? Tokenizer(definition),
      let encoding = try? tokenizer.encode(text, addSpecialTokens: false)
    else { return }
    for range in encoding.offsets { precondition(range.upperBound <= text.utf8.count) }
    _ = try? tokenizer.decode(encoding.ids, skipSpecialTokens: true)
  }
}
