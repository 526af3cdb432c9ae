/// Greedy longest-prefix matching with marked continuations: Hugging Face's `WordPiece`.
///
/// A word that is longer than the limit, or of which any part is not in the vocabulary, is one
/// unknown token.
struct WordPieceEncoder: Sendable {
  private let definition: WordPieceDefinition
  private let unknownID: TokenID?
  /// The tokens that a word can begin with, and those that can follow, without their prefix.
  private let beginnings: ByteTrie
  private let continuations: ByteTrie

  init(_ definition: WordPieceDefinition) {
    self.definition = definition
    unknownID = definition.vocabulary.id(of: Array(definition.unknownToken.utf8))
    let entries = definition.vocabulary.entries
    beginnings = ByteTrie(entries.lazy.map { (text: $0.token, value: $0.id) })
    let prefix = Array(definition.continuingPrefix.utf8)
    // Without a mark the two are the same, and share their memory.
    continuations =
      prefix.isEmpty
      ? beginnings
      : ByteTrie(
        entries.lazy.filter { $0.token.starts(with: prefix) }.map {
          (text: $0.token.dropFirst(prefix.count), value: $0.id)
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
    return word.withUnsafeBufferPointer { word in
      var tokens: [(id: TokenID, length: Int)] = []
      var start = 0
      while start < word.count {
        let trie = start == 0 ? beginnings : continuations
        guard let match = trie.longestMatch(in: word, at: start) else { return nil }
        tokens.append((match.value, match.length))
        start += match.length
      }
      return tokens
    }
  }
}
