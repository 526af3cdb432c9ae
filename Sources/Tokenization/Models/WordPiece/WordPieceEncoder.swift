/// Greedy longest-prefix matching with marked continuations: Hugging Face's `WordPiece`.
///
/// A word that is longer than the limit, or of which any part is not in the vocabulary, is one
/// unknown token.
struct WordPieceEncoder: Sendable {
  private let definition: WordPieceDefinition
  private let unknownID: TokenID?
  /// The tokens that a word can begin with, and those that can follow, without their prefix.
  private let beginnings: PrefixTrie
  private let continuations: PrefixTrie

  init(_ definition: WordPieceDefinition) {
    self.definition = definition
    unknownID = definition.vocabulary.id(of: Array(definition.unknownToken.utf8))
    let entries = definition.vocabulary.entries
    beginnings = PrefixTrie(entries.lazy.map { (string: $0.token, value: $0.id) })
    let prefix = Array(definition.continuingPrefix.utf8)
    continuations = PrefixTrie(
      entries.lazy.filter { $0.token.starts(with: prefix) }.map {
        (string: $0.token.dropFirst(prefix.count), value: $0.id)
      })
  }

  /// Appends the tokens of one word.
  ///
  /// - Complexity: O(length of the word × length of the longest token).
  /// - Throws: `TokenizerError.missingUnknownToken` when it is needed but not in the vocabulary.
  func encode(
    _ piece: ArraySlice<UInt8>, into output: inout PieceTokens
  ) throws(TokenizerError) {
    guard let tokens = tokens(of: piece) else {
      guard let unknownID else { throw .missingUnknownToken(definition.unknownToken) }
      output.append(unknownID, length: piece.count)
      return
    }
    for token in tokens { output.append(token.id, length: token.length) }
  }

  private func tokens(of word: ArraySlice<UInt8>) -> [(id: TokenID, length: Int)]? {
    guard word.count(where: { !UTF8.isContinuation($0) }) <= definition.maximumWordLength else {
      return nil
    }
    var tokens: [(id: TokenID, length: Int)] = []
    var rest = word
    while !rest.isEmpty {
      let trie = rest.startIndex == word.startIndex ? beginnings : continuations
      guard let match = trie.longestPrefix(of: rest) else { return nil }
      tokens.append((match.value, match.length))
      rest = rest.dropFirst(match.length)
    }
    return tokens
  }
}
