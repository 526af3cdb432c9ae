/// How many tokens a tokenizer makes of a text.
public struct TokenCost: Sendable, Equatable {
  public private(set) var tokens = 0
  /// Those that stand for characters which the vocabulary does not have.
  public private(set) var unknownTokens = 0

  public init() {}

  /// Adds the cost of another text.
  public mutating func add(_ other: TokenCost) {
    tokens += other.tokens
    unknownTokens += other.unknownTokens
  }

  fileprivate mutating func add(_ ids: [TokenID], _ unknownIDs: Set<TokenID>) {
    tokens += ids.count
    if !unknownIDs.isEmpty { unknownTokens += ids.count(where: unknownIDs.contains) }
  }
}

/// Counts what several tokenizers make of the same texts.
public struct TokenizerComparison: Sendable {
  public let tokenizers: [Tokenizer]
  private let unknownIDs: [Set<TokenID>]

  public init(_ tokenizers: [Tokenizer]) {
    self.tokenizers = tokenizers
    unknownIDs = tokenizers.map { tokenizer in
      let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
      return Set(tokenizer.vocabulary.ids.filter(spelling.standsForUnknown))
    }
  }

  /// The cost of a text for each tokenizer, without special tokens around it.
  ///
  /// - Parameter text: UTF-8.
  /// - Throws: as `Tokenizer.ids(ofUTF8:addSpecialTokens:)`.
  public func costs(of text: [UInt8]) throws(TokenizerError) -> [TokenCost] {
    var costs: [TokenCost] = []
    for (tokenizer, unknown) in zip(tokenizers, unknownIDs) {
      var cost = TokenCost()
      cost.add(try tokenizer.ids(ofUTF8: text, addSpecialTokens: false), unknown)
      costs.append(cost)
    }
    return costs
  }

  /// The cost of a text that comes in parts, in bounded memory where the tokenizers allow it.
  ///
  /// - Parameter nextPart: the next bytes of a UTF-8 text, which may end inside a character; `nil` at the
  ///   end.
  /// - Throws: what `nextPart` throws, and as `EncodeStream.append(utf8:)`.
  public func costs(of nextPart: () throws -> [UInt8]?) throws -> [TokenCost] {
    var streams = tokenizers.map { $0.makeEncodeStream(addSpecialTokens: false) }
    var costs = tokenizers.map { _ in TokenCost() }
    while let part = try nextPart() {
      for index in streams.indices {
        costs[index].add(try streams[index].append(utf8: part).ids, unknownIDs[index])
      }
    }
    for index in streams.indices {
      costs[index].add(try streams[index].finish().ids, unknownIDs[index])
    }
    return costs
  }
}
