internal import Tensors
internal import Tokenization

/// The directions in which rows differ most.
enum PrincipalDirections {
  /// Rounds of orthogonal iteration: an initial value needs no more exactness.
  private static let rounds = 20

  /// Finds the leading eigenvectors of the second moments of rows, by orthogonal iteration.
  ///
  /// - Parameters:
  ///   - rows: n × width.
  ///   - count: at most the width.
  /// - Returns: `count` orthonormal rows; those of the unit matrix when they are all that there are.
  static func find(_ count: Int, of rows: Matrix, _ generator: inout SplitMix64) -> Matrix {
    let width = rows.columns
    var result = Matrix(rows: count, columns: width)
    guard count < width else {
      for row in 0..<count { result[row, row] = 1 }
      return result
    }
    result.withMutableElements { elements in
      for index in elements.indices { elements[index] = Float(generator.nextNormal()) }
    }
    let moments = LinearAlgebra.product(rows, rows, transposingLeft: true)
    for _ in 0..<rounds {
      result = LinearAlgebra.product(result, moments)
      orthonormalise(&result)
    }
    return result
  }

  /// Gram–Schmidt, each row against those before it.
  private static func orthonormalise(_ matrix: inout Matrix) {
    let (count, width) = (matrix.rows, matrix.columns)
    matrix.withMutableElements { elements in
      for row in 0..<count {
        let own = row * width
        for other in 0..<row {
          let base = other * width
          var product: Float = 0
          for column in 0..<width { product += elements[own + column] * elements[base + column] }
          for column in 0..<width { elements[own + column] -= product * elements[base + column] }
        }
        var square: Float = 0
        for column in 0..<width { square += elements[own + column] * elements[own + column] }
        let scale = 1 / max(square.squareRoot(), .leastNormalMagnitude)
        for column in 0..<width { elements[own + column] *= scale }
      }
    }
  }
}
