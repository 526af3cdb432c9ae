public import LanguageModels
internal import Tensors
public import Tokenization
public import VectorSearch

/// What rows are looked for near to.
public struct TokenQuery: Sendable {
  /// The tokens that it is made of.
  public let tokens: [TokenID]
  /// As many elements as rows have.
  public let vector: [Float]

  public init(tokens: [TokenID], vector: [Float]) {
    self.tokens = tokens
    self.vector = vector
  }

  /// The row of a token, or the mean of the rows of several.
  ///
  /// - Parameter tokens: at least one.
  /// - Throws: `TokenQueryError.noRow`.
  public init(_ tokens: [TokenID], rows: SearchedRows) throws(TokenQueryError) {
    guard !tokens.isEmpty else { throw .noTokens }
    var sum = [Float](repeating: 0, count: rows.columns)
    for token in tokens {
      guard token < rows.count else { throw .noRow(token, rows: rows.count) }
      for (index, value) in rows.matrix.row(Int(token)).enumerated() { sum[index] += value }
    }
    self.init(tokens: tokens, vector: sum.map { $0 / Float(tokens.count) })
  }

  /// The final state of a model after a text: the rows nearest to it by product are those of the tokens
  /// that the model expects next.
  ///
  /// - Throws: `LanguageModelError`.
  public init(
    after tokens: [TokenID], in model: LanguageModel
  ) throws(LanguageModelError) {
    self.init(
      tokens: tokens, vector: try model.finalState(after: tokens, cache: model.makeCache()))
  }
}

/// A query that cannot be made.
public enum TokenQueryError: Error, Equatable, CustomStringConvertible {
  case noTokens
  /// The matrix has no row for a token.
  case noRow(TokenID, rows: Int)

  public var description: String {
    switch self {
    case .noTokens: "an empty text has no tokens to look for"
    case .noRow(let token, let rows):
      "the token \(token) has no row: there are \(rows)"
    }
  }
}
