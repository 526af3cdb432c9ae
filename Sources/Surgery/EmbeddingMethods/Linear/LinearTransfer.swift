internal import Tensors
internal import Tokenization

/// The donor's row through a ridge map that takes the shared tokens' donor rows to their base rows: the
/// affine map of SAVA ("Semantic Aligned Vocabulary Adaptation", 2024), with a penalty.
public struct RidgeTransfer: EmbeddingMethod {
  /// The penalty per shared token; chosen by cross-validation when `nil`.
  public let penalty: Double?

  public init(penalty: Double? = nil) { self.penalty = penalty }

  public var name: String { penalty.map { "ridge-\($0)" } ?? "ridge" }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let map = try RidgeMap(
      from: problem.anchorDonorRows(for: name), to: problem.anchorBaseRows(), method: name,
      penalty: penalty)
    try progress(1)
    return DonorMap(name: name, problem: problem) { map.image(of: $0) }
  }
}

/// The donor's row turned and scaled into the base's space: the orthogonal map that takes the centred
/// donor rows of the shared tokens nearest to their base rows (Schönemann 1966; for word vectors Smith
/// et al. 2017).
public struct ProcrustesTransfer: EmbeddingMethod {
  public init() {}

  public var name: String { "procrustes" }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let anchors = try problem.centredAnchors(for: name)
    let (source, target) = (anchors.source, anchors.target)
    let (sourceMean, targetMean) = (anchors.sourceMean, anchors.targetMean)
    let cross = LinearAlgebra.product(source, target, transposingLeft: true)
    let factor = LinearAlgebra.orthogonalFactor(
      cross.withElements { $0.map(Double.init) }, rows: cross.rows, columns: cross.columns)
    guard let factor else { throw MethodError.noSolution(method: name) }
    let size = source.view.rowNorms.reduce(0) { $0 + $1 * $1 }
    let scale = factor.singularValueSum / max(size, .leastNormalMagnitude)
    var rotation = Matrix(rows: cross.rows, columns: cross.columns)
    rotation.withMutableElements { elements in
      for index in elements.indices { elements[index] = Float(scale * factor.factor[index]) }
    }
    try progress(1)
    return DonorMap(name: name, problem: problem) { [rotation] rows in
      var rows = rows
      rows.addToRows(sourceMean, times: -1)
      var image = LinearAlgebra.product(rows, rotation)
      image.addToRows(targetMean)
      return image
    }
  }
}

/// A row that lies to the base's shared tokens as the donor's row lies to the donor's: the cosines with
/// all shared tokens are the same, in the least-squares sense (relative representations, Moschella et
/// al. 2023; the way back by a regularised pseudo-inverse). Its length is the mean one of the base.
public struct RelativeTransfer: EmbeddingMethod {
  public init() {}

  public var name: String { "relative" }

  public func fit(
    to problem: EmbeddingProblem, progress: (_ fraction: Double) throws -> Void
  ) throws -> any FittedMethod {
    let anchors = try problem.centredAnchors(for: name)
    let (source, target) = (anchors.source, anchors.target)
    let (sourceMean, targetMean) = (anchors.sourceMean, anchors.targetMean)
    let (sourceUnits, targetUnits) = (source.withUnitRows(), target.withUnitRows())
    // ê = (T̂ᵀT̂ + λ)⁻¹ T̂ᵀ Ŝ ŝ: a matrix of target × source dimensions, with ŝ a unit vector.
    let gram = LinearAlgebra.product(targetUnits, targetUnits, transposingLeft: true)
    var matrix = gram.withElements { $0.map(Double.init) }
    let columns = target.columns
    let trace = (0..<columns).reduce(0) { $0 + matrix[$1 * columns + $1] }
    for index in 0..<columns {
      matrix[index * columns + index] += 1e-3 * trace / Double(columns)
    }
    let cross = LinearAlgebra.product(sourceUnits, targetUnits, transposingLeft: true)
    guard
      let solved = LinearAlgebra.solvePositiveDefinite(
        matrix, count: columns, cross.withElements { $0.map(Double.init) }, columns: cross.rows)
    else { throw MethodError.noSolution(method: name) }
    var map = Matrix(rows: cross.rows, columns: columns)
    map.withMutableElements { elements in
      for index in elements.indices { elements[index] = Float(solved[index]) }
    }
    let norms = target.view.rowNorms
    let length = Float(norms.reduce(0, +) / Double(max(norms.count, 1)))
    try progress(1)
    return DonorMap(name: name, problem: problem) { [map] rows in
      var rows = rows
      rows.addToRows(sourceMean, times: -1)
      let directions = LinearAlgebra.product(rows.withUnitRows(), map).withUnitRows()
      var image = Matrix(rows: directions.rows, columns: directions.columns)
      image.add(directions, times: length)
      image.addToRows(targetMean)
      return image
    }
  }
}

/// What takes the donor's row of a token to its row in the base, all rows at once.
struct DonorMap: ProblemServing {
  let name: String
  var problem: EmbeddingProblem
  let map: @Sendable (Matrix) -> Matrix

  init(name: String, problem: EmbeddingProblem, _ map: @escaping @Sendable (Matrix) -> Matrix) {
    self.name = name
    self.problem = problem
    self.map = map
  }

  func rows(for targets: ArraySlice<TokenID>) -> MadeRows {
    let donor = problem.donorRows(targets)
    return MadeRows(
      rows: map(donor),
      origins: (0..<donor.rows).map { row in
        donor.isZero(row: row) ? .mean : .computed(method: name, pieces: [])
      })
  }
}
