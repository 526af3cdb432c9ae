internal import Tensors

/// A linear map with intercept from one space to another, fitted to pairs of rows with a penalty on its
/// size (Hoerl & Kennard 1970).
///
/// Each dimension of the source is first brought to mean 0 and standard deviation 1. The penalty is the
/// one of a fixed grid that predicts every fifth pair best from the others.
struct RidgeMap: Sendable {
  /// What is subtracted from a source row, and what each of its elements is then divided by.
  private let sourceMean: [Float]
  private let sourceScale: [Float]
  private let targetMean: [Float]
  /// Source × target dimensions.
  private let weights: Matrix
  /// The penalty, per pair, that was chosen.
  let penalty: Double

  /// Relative to the variance of a source dimension, per pair.
  static let penalties = [1e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1, 3]

  /// - Parameters:
  ///   - source: pairs × source dimensions.
  ///   - target: pairs × target dimensions.
  ///   - penalty: the penalty; chosen when `nil`.
  /// - Throws: `MethodError.noSolution` when no penalty of the grid makes the equations solvable.
  init(
    from source: Matrix, to target: Matrix, method: String, penalty: Double? = nil
  ) throws(MethodError) {
    precondition(source.rows == target.rows)
    sourceMean = source.meanRow()
    targetMean = target.meanRow()
    sourceScale = source.columnDeviations(from: sourceMean).map { max($0, 1e-8) }
    let standardized = Self.standardize(source, sourceMean, sourceScale)
    var centred = target
    centred.addToRows(targetMean, times: -1)
    let chosen = penalty ?? Self.choosePenalty(standardized, centred)
    self.penalty = chosen
    let equations = NormalEquations(standardized, centred)
    guard let weights = equations.solution(penalty: chosen) else {
      throw .noSolution(method: method)
    }
    self.weights = weights
  }

  /// The images of rows of the source space.
  func image(of rows: Matrix) -> Matrix {
    var result = linearImage(of: Self.standardize(rows, sourceMean, sourceScale))
    result.addToRows(targetMean)
    return result
  }

  /// The images of differences between rows of the source space: the linear part alone.
  func image(ofDifferences rows: Matrix) -> Matrix {
    linearImage(
      of: Self.standardize(rows, [Float](repeating: 0, count: rows.columns), sourceScale))
  }

  /// What the map leaves of `target`.
  func residuals(from source: Matrix, to target: Matrix) -> Matrix {
    var result = target
    result.add(image(of: source), times: -1)
    return result
  }

  private func linearImage(of standardized: Matrix) -> Matrix {
    LinearAlgebra.product(standardized, weights)
  }

  // MARK: Fitting

  private static func choosePenalty(_ source: Matrix, _ target: Matrix) -> Double {
    let held = Array(stride(from: 2, to: source.rows, by: 5))
    let kept = (0..<source.rows).filter { $0 % 5 != 2 }
    guard !held.isEmpty, !kept.isEmpty else { return 0.1 }
    let equations = NormalEquations(
      Matrix(source.view, rows: kept), Matrix(target.view, rows: kept))
    let (heldSource, heldTarget) = (
      Matrix(source.view, rows: held), Matrix(target.view, rows: held)
    )
    var best = (penalty: penalties[penalties.count - 1], error: Double.infinity)
    for penalty in penalties {
      guard let weights = equations.solution(penalty: penalty) else { continue }
      var difference = LinearAlgebra.product(heldSource, weights)
      difference.add(heldTarget, times: -1)
      let error = difference.view.rowNorms.reduce(0) { $0 + $1 * $1 }
      if error < best.error { best = (penalty, error) }
    }
    return best.penalty
  }

  private static func standardize(_ rows: Matrix, _ mean: [Float], _ scale: [Float]) -> Matrix {
    var result = rows
    for row in 0..<rows.rows {
      result.withMutableRow(row) { row in
        for column in row.indices { row[column] = (row[column] - mean[column]) / scale[column] }
      }
    }
    return result
  }
}

/// The normal equations of a least-squares problem, for any penalty.
private struct NormalEquations {
  private let count: Int
  private let sourceColumns: Int
  private let targetColumns: Int
  private let gram: [Double]
  /// Columns first: one right-hand side per target dimension.
  private let right: [Double]

  init(_ source: Matrix, _ target: Matrix) {
    count = source.rows
    sourceColumns = source.columns
    targetColumns = target.columns
    gram = LinearAlgebra.product(source, source, transposingLeft: true).withElements {
      $0.map(Double.init)
    }
    right = LinearAlgebra.product(target, source, transposingLeft: true).withElements {
      $0.map(Double.init)
    }
  }

  /// The weights, source × target dimensions.
  func solution(penalty: Double) -> Matrix? {
    var matrix = gram
    for index in 0..<sourceColumns {
      matrix[index * sourceColumns + index] += penalty * Double(max(count, 1))
    }
    guard
      let solved = LinearAlgebra.solvePositiveDefinite(
        matrix, count: sourceColumns, right, columns: targetColumns)
    else { return nil }
    var weights = Matrix(rows: sourceColumns, columns: targetColumns)
    weights.withMutableElements { elements in
      for row in 0..<sourceColumns {
        for column in 0..<targetColumns {
          elements[row * targetColumns + column] = Float(solved[column * sourceColumns + row])
        }
      }
    }
    return weights
  }
}
