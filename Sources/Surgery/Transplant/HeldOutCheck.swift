internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// How well a method rebuilds rows whose truth is known.
public struct HeldOutQuality: Sendable, Equatable {
  /// The number of shared tokens that were held back.
  public var count: Int
  /// The mean cosine between rebuilt and real row.
  public var cosine: Double
  /// The mean length of the difference, relative to the real row.
  public var relativeError: Double
  /// The mean cosine between the mean row and the real row: what knowing nothing achieves.
  public var cosineOfMean: Double
}

/// Shared tokens are held back, rebuilt from the others, and compared with their real rows in the
/// base's own space. (What a method leaves of the donor's row says little: it falls while the rebuilt
/// rows get worse.)
struct HeldOutCheck {
  let segmentation: TokenSegmentation
  /// The texts of tokens, by donor id.
  let texts: [TokenID: [UInt8]]
  /// How many anchors to hold back at most; never more than a tenth of them. Those whose real row is
  /// all zeros, which has no direction and no length, are not compared.
  let count: Int

  /// - Returns: `nil` when there are too few anchors to hold any back, or too few are left for the
  ///   method.
  func quality(
    of method: any EmbeddingMethod, on problem: EmbeddingProblem,
    progress: (Double) throws -> Void
  ) throws -> HeldOutQuality? {
    let count = min(count, problem.anchors.count / 10)
    guard count > 0 else { return nil }
    // Evenly spaced, so that the sample covers the vocabulary and is the same every time.
    let step = Double(problem.anchors.count) / Double(count)
    let heldOut = Set((0..<count).map { Int((Double($0) + 0.5) * step) })
    var reduced = problem
    reduced.anchors = problem.anchors.enumerated().filter { !heldOut.contains($0.offset) }.map(
      \.element)
    let truth = heldOut.sorted().map { problem.anchors[$0] }
    reduced.targets = truth.map(\.donor)
    for anchor in truth {
      reduced.pieces[anchor.donor] = texts[anchor.donor].map {
        segmentation.pieces(of: $0, excluding: anchor.base)
      }
    }
    let made: MadeRows
    do {
      made = try method.fit(to: reduced, progress: progress).rows(for: reduced.targets[...])
    } catch PursuitError.sparsityAboveAtoms {
      return nil
    }
    let mean = MeanRow(reduced).row
    var rows = made.rows
    for (index, origin) in made.origins.enumerated() where origin == .mean {
      rows.withMutableRow(index) { _ = $0.update(fromContentsOf: mean) }
    }
    return Self.compare(
      rows, mean: mean, truth: Matrix(problem.base, rows: truth.map { Int($0.base) }))
  }

  private static func compare(_ rebuilt: Matrix, mean: [Float], truth: Matrix) -> HeldOutQuality? {
    var quality = HeldOutQuality(count: 0, cosine: 0, relativeError: 0, cosineOfMean: 0)
    for index in 0..<truth.rows {
      let (real, made) = (truth.row(index), rebuilt.row(index))
      guard norm(real) > 0 else { continue }
      quality.count += 1
      let difference = zip(real, made).map { $0 - $1 }
      quality.cosine += cosine(real, made)
      quality.cosineOfMean += cosine(real, mean)
      quality.relativeError += norm(difference) / norm(real)
    }
    guard quality.count > 0 else { return nil }
    quality.cosine /= Double(quality.count)
    quality.cosineOfMean /= Double(quality.count)
    quality.relativeError /= Double(quality.count)
    return quality
  }

  private static func cosine(_ left: [Float], _ right: [Float]) -> Double {
    let product = zip(left, right).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return product / max(norm(left) * norm(right), .leastNormalMagnitude)
  }

  private static func norm(_ vector: [Float]) -> Double {
    vector.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
