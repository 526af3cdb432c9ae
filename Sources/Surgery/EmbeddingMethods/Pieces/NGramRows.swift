internal import Tensors
internal import Tokenization
internal import WordPooling

/// A row from the bytes of the token's text: the least-squares map from counts of byte n-grams, hashed into
/// buckets, to the base rows of the shared tokens. No donor model is needed.
public struct NGramRows: EmbeddingMethod {
  /// The number of buckets.
  public let bucketCount: Int

  public init(bucketCount: Int = 1024) { self.bucketCount = bucketCount }

  public var name: String { "ngram-\(bucketCount)" }
  public var needsDonor: Bool { false }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let grams = ByteNGrams(bucketCount: bucketCount)
    let known = problem.anchors.filter { problem.texts[$0.donor] != nil }
    let counts = grams.counts(of: known.map { problem.texts[$0.donor] ?? [] })
    let map = try RidgeMap(
      from: counts, to: Matrix(problem.base, rows: known.map { Int($0.base) }), method: name)
    try progress(1)
    return FittedNGrams(name: name, grams: grams, map: map, problem: problem)
  }
}

private struct FittedNGrams: ProblemServing {
  let name: String
  let grams: ByteNGrams
  let map: RidgeMap
  var problem: EmbeddingProblem

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    let texts = targets.map { problem.texts[$0] ?? [] }
    return MadeRows(
      rows: map.image(of: grams.counts(of: texts)),
      origins: zip(targets, texts).map { target, text in
        text.isEmpty ? .mean : .computed(method: name, pieces: problem.pieces[target] ?? [])
      })
  }
}
