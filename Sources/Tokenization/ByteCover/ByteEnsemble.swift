internal import Glibc

/// Several byte models as one: their vocabularies may differ, since bytes are common to all.
public struct ByteEnsemble: ByteModel {
  /// How distributions are joined.
  public enum Rule: String, Sendable, CaseIterable {
    /// The mean of the probabilities.
    case mean
    /// The mean of the log-probabilities, renormalized.
    case product
  }
  public private(set) var models: [any ByteModel]
  public let rule: Rule

  public init(_ models: [any ByteModel], rule: Rule = .mean) {
    self.models = models
    self.rule = rule
  }

  public mutating func append(_ byte: UInt8) throws {
    for index in models.indices { try models[index].append(byte) }
  }

  public mutating func nextByte() throws -> ByteDistribution {
    var parts: [ByteDistribution] = []
    for index in models.indices { parts.append(try models[index].nextByte()) }
    return Self.joined(parts, rule)
  }

  /// One distribution from several.
  public static func joined(_ parts: [ByteDistribution], _ rule: Rule) -> ByteDistribution {
    let share = 1 / Double(max(parts.count, 1))
    func join(_ values: [Double]) -> Double {
      switch rule {
      case .mean: values.reduce(0, +) * share
      case .product: exp(values.reduce(0) { $0 + share * log($1) })
      }
    }
    return ByteDistribution(
      masses: (0..<256).map { byte in join(parts.map { $0.probabilities[byte] }) },
      end: join(parts.map(\.end)))
  }
}
