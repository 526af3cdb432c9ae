/// A source of probabilities of tokens: anything that tells how likely each token is as the next one.
public protocol NextTokenModel {
  /// What the model keeps of the tokens it has read. A state may be read on from more than once.
  associatedtype State

  /// Where a text begins, its beginning-of-text token read if the model has one.
  func start() throws -> State

  /// The state after some tokens more.
  func state(after state: State, reading tokens: [TokenID]) throws -> State

  /// The log-probability of each token as the next one, by id, in nats.
  func logProbabilities(in state: State) throws -> [Double]
}

/// A model given as a closure from the tokens before to log-probabilities by id.
public struct ClosureModel: NextTokenModel {
  private let body: ([TokenID]) throws -> [Double]

  public init(_ body: @escaping ([TokenID]) throws -> [Double]) { self.body = body }

  public func start() -> [TokenID] { [] }

  public func state(after state: [TokenID], reading tokens: [TokenID]) -> [TokenID] {
    state + tokens
  }

  public func logProbabilities(in state: [TokenID]) throws -> [Double] { try body(state) }
}

/// How probable each byte is as the next one of a text, and the end of the text.
public struct ByteDistribution: Sendable, Equatable {
  /// By byte; they and `end` add up to 1.
  public var probabilities: [Double]
  /// The probability that the text ends.
  public var end: Double

  /// - Parameter masses: of the 256 bytes, in any unit.
  init(masses: [Double], end: Double) {
    let sum = masses.reduce(end, +)
    probabilities = sum > 0 ? masses.map { $0 / sum } : masses
    self.end = sum > 0 ? end / sum : 0
  }

  public subscript(byte: UInt8) -> Double { probabilities[Int(byte)] }

  /// The most probable byte.
  public var mostProbable: UInt8 {
    UInt8(probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0)
  }

  /// The distribution given that the text goes on.
  public var withoutEnd: ByteDistribution { ByteDistribution(masses: probabilities, end: 0) }
}

/// What tells the next byte of a text that it reads byte by byte.
public protocol ByteModel {
  /// Reads a byte of the text.
  mutating func append(_ byte: UInt8) throws
  /// How the text may go on.
  mutating func nextByte() throws -> ByteDistribution
}

extension ByteModel {
  /// Reads a text and adds up the log-probabilities of its bytes, in nats.
  ///
  /// - Parameter givenThatTextGoesOn: whether the end of the text is ruled out at each byte.
  public mutating func score(
    _ text: some Sequence<UInt8>, givenThatTextGoesOn: Bool = false
  ) throws -> Double {
    var sum = 0.0
    for byte in text {
      let next = try nextByte()
      sum += logarithm((givenThatTextGoesOn ? next.withoutEnd : next)[byte])
      try append(byte)
    }
    return sum
  }
}
