internal import ByteIO
public import Tokenization

/// Token probabilities from a file: what a model that graft does not run has said.
///
/// The file has an object per line: `tokens`, the ids before, without a beginning-of-text token, and
/// `logProbabilities`, a number in nats for every id.
public struct StoredPredictions: NextTokenModel {
  private let predictions: [[TokenID]: [Double]]
  private let source: String

  /// - Throws: `FileError`, or `JSONError` when a line is not what it should be.
  public init(contentsOf path: String) throws {
    let lines = try LineReader(path)
    var predictions: [[TokenID]: [Double]] = [:]
    var number = 0
    while let line = try lines.next() {
      number += 1
      if line.isEmpty { continue }
      let object = try JSON(parsing: line, source: "\(path), line \(number)")
      let tokens = try object.required("tokens").expectArray().map {
        TokenID(try $0.expectInt(in: 0...Int(TokenID.max)))
      }
      predictions[tokens] = try object.required("logProbabilities").expectArray().map {
        guard let value = $0.double else { throw $0.unexpected("a number") }
        return value
      }
    }
    self.predictions = predictions
    source = path
  }

  public func start() -> [TokenID] { [] }

  public func state(after state: [TokenID], reading tokens: [TokenID]) -> [TokenID] {
    state + tokens
  }

  public func logProbabilities(in state: [TokenID]) throws(MissingPrediction) -> [Double] {
    guard let found = predictions[state] else {
      throw MissingPrediction(source: source, tokens: state)
    }
    return found
  }
}

/// A file has no probabilities after some tokens that a text needs.
public struct MissingPrediction: Error, Equatable, CustomStringConvertible {
  public let source: String
  public let tokens: [TokenID]

  public var description: String {
    "\(source) has no line for the tokens [\(tokens.map(String.init).joined(separator: ","))]"
  }
}
