import Tensors
import TestSupport
import Tokenization

@testable import Surgery

/// A seeded random problem with small matrices: `anchorCount` shared tokens with the same ids in both
/// vocabularies, and targets after them in the donor.
struct MethodProblem {
  var base: [[Float]]
  var donor: [[Float]]
  let anchorCount: Int
  var pieces: [TokenID: [TokenID]] = [:]

  init(seed: UInt64, anchors: Int = 60, targets: Int = 9, base: Int = 5, donor: Int = 7) {
    var random = SeededGenerator(seed: seed)
    func rows(_ count: Int, _ width: Int) -> [[Float]] {
      (0..<count).map { _ in (0..<width).map { _ in random.normal() } }
    }
    self.base = rows(anchors, base)
    self.donor = rows(anchors + targets, donor)
    anchorCount = anchors
    for target in targetIDs {
      pieces[target] = (0..<Int.random(in: 1...4, using: &random)).map { _ in
        TokenID(Int.random(in: 0..<anchors, using: &random))
      }
    }
  }

  var targetIDs: [TokenID] { (anchorCount..<donor.count).map { TokenID($0) } }
  var targetRows: [[Float]] { Array(donor[anchorCount...]) }
  var anchorRows: [[Float]] { Array(donor[..<anchorCount]) }

  var problem: EmbeddingProblem {
    EmbeddingProblem(
      base: Matrix(base).view, donor: Matrix(donor).view,
      anchors: (0..<anchorCount).map { (donor: TokenID($0), base: TokenID($0)) },
      targets: targetIDs, pieces: pieces)
  }

  /// The rows that a method makes of the targets.
  func rows(_ method: any EmbeddingMethod) throws -> [[Float]] {
    let made = try method.fit(to: problem) { _ in }.rows(for: targetIDs[...])
    return (0..<made.rows.rows).map { made.rows.row($0) }
  }

  func rows(_ name: String) throws -> [[Float]] { try rows(MethodNotation.method(name)) }
}

/// Slow vector arithmetic for oracles.
enum Slow {
  static func mean(_ rows: [[Float]]) -> [Double] {
    rows[0].indices.map { column in
      rows.reduce(0) { $0 + Double($1[column]) } / Double(rows.count)
    }
  }

  static func cosine(_ left: [Float], _ right: [Float]) -> Double {
    func dot(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    return dot(left, right) / (dot(left, left) * dot(right, right)).squareRoot()
  }

  static func combination(_ rows: [[Float]], _ weights: [Double]) -> [Double] {
    rows[0].indices.map { column in
      zip(rows, weights).reduce(0) { $0 + Double($1.0[column]) * $1.1 }
    }
  }

  /// The largest difference between two lists of rows.
  static func difference(_ left: [[Float]], _ right: [[Double]]) -> Double {
    guard left.count == right.count else { return .infinity }
    return zip(left, right).flatMap { pair in zip(pair.0, pair.1).map { abs(Double($0) - $1) } }
      .max() ?? 0
  }
}
