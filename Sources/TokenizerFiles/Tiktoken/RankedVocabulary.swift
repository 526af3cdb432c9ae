internal import Normalization
internal import Tokenization

/// A vocabulary of byte strings with ranks, as tiktoken merges by them.
///
/// tiktoken has no list of merges: neighbouring parts of a word merge whenever together they are
/// a token, the one of the lowest rank first, the leftmost among equals; a word that is a token
/// is taken whole (`byte_pair_merge` and `encode_ordinary`). The same as a list: every way to cut
/// a token into two tokens is a merge, and the ways to cut one token share its rank.
struct RankedVocabulary {
  /// Each token and its rank, ascending by rank.
  private(set) var tokens: [(token: [UInt8], rank: TokenID)]

  /// What keeps ranks from being a vocabulary.
  struct Defect: Error {
    var complaint: String
  }

  /// - Throws: `Defect` when a token or a rank is given twice or a byte has no token.
  init(_ tokens: [(token: [UInt8], rank: TokenID)]) throws(Defect) {
    self.tokens = tokens.sorted { $0.rank < $1.rank }
    for (first, second) in zip(self.tokens, self.tokens.dropFirst()) where first.rank == second.rank
    {
      throw Defect(complaint: "two tokens have the rank \(first.rank)")
    }
    var isKnown = [Bool](repeating: false, count: 256)
    for (token, _) in tokens where token.count == 1 { isKnown[Int(token[0])] = true }
    if let byte = isKnown.firstIndex(of: false) {
      throw Defect(complaint: "the byte \(byte) has no token, so not every text can be encoded")
    }
  }

  /// The ranks of a model whose tokens are spelled in the byte alphabet: their ids. `nil` when a
  /// token is not, or a byte has no token.
  ///
  /// Tokens that stand beside the model, such as `<|endoftext|>`, are spelled in the alphabet
  /// too. In a model with merges those that no merge makes are no ranks.
  init?(_ model: BPEDefinition) {
    let made = Set(model.merges.map(\.result))
    var tokens: [(token: [UInt8], rank: TokenID)] = []
    for (spelled, id) in model.vocabulary.entries {
      var token: [UInt8] = []
      guard ByteAlphabet.decode(utf8: spelled, into: &token) else { return nil }
      let isSpelledOut = model.mergesShareRanks || token.count == 1 || made.contains(id)
      if isSpelledOut { tokens.append((token, id)) }
    }
    do throws(Defect) { try self.init(tokens) } catch { return nil }
  }

  /// The model that merges as tiktoken does, its tokens spelled in the byte alphabet.
  ///
  /// - Parameter firstID: the id of rank 0.
  /// - Complexity: O(sum of the squares of the tokens' lengths), with two look-ups for each cut.
  func model(firstID: TokenID = 0) -> BPEDefinition {
    let byBytes = Vocabulary(tokens.lazy.map { (token: $0.token, id: $0.rank + firstID) })
    var spelled = Vocabulary.Builder()
    var merges: [BPEDefinition.Merge] = []
    merges.reserveCapacity(tokens.count * 2)
    for (token, rank) in tokens {
      let id = rank + firstID
      spelled.add(Self.spelling(of: token), id: id)
      for cut in token.indices.dropFirst() {
        if let left = byBytes.id(of: token[..<cut]), let right = byBytes.id(of: token[cut...]) {
          merges.append(BPEDefinition.Merge(left: left, right: right, result: id))
        }
      }
    }
    var model = BPEDefinition(vocabulary: spelled.vocabulary(), merges: merges)
    model.mergesShareRanks = true
    model.ignoresMerges = true
    return model
  }

  private static func spelling(of token: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(token.count * 2)
    for byte in token { result += String(ByteAlphabet.scalar(for: byte)).utf8 }
    return result
  }
}
