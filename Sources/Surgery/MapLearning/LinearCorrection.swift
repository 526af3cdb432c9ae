internal import Tensors

/// Rows with a correction that is linear in what several methods make of the same tokens:
/// row + Σ Aₘ · rowₘ + b.
///
/// All tokens share the maps Aₘ and the constant b, so that they can be learnt from text in which most of
/// the tokens never occur. They begin at zero.
struct LinearCorrection: Sendable {
  /// The rows that are corrected: targets × dimensions.
  let start: Matrix
  /// The rows of all methods beside each other, and the constant: targets × (methods · dimensions + 1).
  private let features: Matrix
  /// Features × dimensions.
  private var maps: Matrix
  private var optimizer: Adam

  /// - Parameter parts: what other methods make of the targets, each as `start`.
  init(start: Matrix, parts: [Matrix]) {
    let width = start.columns
    self.start = start
    var features = Matrix(rows: start.rows, columns: parts.count * width + 1)
    // The constant is of the size of an element, so that the same rate suits it.
    let squares = start.withElements { $0.reduce(0) { $0 + Double($1) * Double($1) } }
    let size = Float((squares / Double(max(start.rows * width, 1))).squareRoot())
    for row in 0..<start.rows {
      features.withMutableRow(row) { target in
        for (place, part) in parts.enumerated() {
          part.withRow(row) { source in
            for column in source.indices { target[place * width + column] = source[column] }
          }
        }
        target[parts.count * width] = size
      }
    }
    self.features = features
    maps = Matrix(rows: features.columns, columns: width)
    optimizer = Adam(count: maps.rows * width)
  }

  /// The corrected rows of all targets.
  func rows() -> Matrix {
    var result = LinearAlgebra.product(features, maps)
    result.add(start)
    return result
  }

  /// The corrected rows of some targets at their places among all; zeros elsewhere.
  func rows(at places: [Int]) -> Matrix {
    let part = LinearAlgebra.product(Matrix(features.view, rows: places), maps)
    var result = Matrix(rows: start.rows, columns: start.columns)
    for (index, place) in places.enumerated() {
      result.setRow(place, to: part, row: index)
      start.withRow(place) { source in
        result.withMutableRow(place) { row in
          for column in row.indices { row[column] += source[column] }
        }
      }
    }
    return result
  }

  /// The gradient by the maps that follows from the one by the rows of some targets.
  ///
  /// - Parameter slopes: one row per place × dimensions.
  func mapGradient(_ slopes: Matrix, at places: [Int]) -> Matrix {
    LinearAlgebra.product(
      Matrix(features.view, rows: places), slopes, transposingLeft: true)
  }

  /// Takes a step down a gradient by the maps.
  mutating func step(_ gradient: Matrix, rate: Float) {
    gradient.withElements { gradient in
      maps.withMutableElements { optimizer.step($0, gradient, rate: rate) }
    }
  }

  /// The multiplications and additions for the rows of one target, forth and back.
  var workPerTarget: Double { 2 * Double(features.columns * start.columns) }
}
