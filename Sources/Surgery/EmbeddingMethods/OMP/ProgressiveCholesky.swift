/// The Cholesky factor L of a Gram matrix of unit vectors, G = L Lᵀ, that grows by one vector at a time.
///
/// Rows are packed: row i has i + 1 elements. Everything is in double precision.
struct ProgressiveCholesky {
  private(set) var count = 0
  private var elements: [Double] = []

  init() {}

  /// The factor of the Gram matrix of the first `count` vectors, given by its lower triangle in rows
  /// of `stride` elements.
  init(lowerGram gram: [Double], stride: Int, count: Int) {
    elements.reserveCapacity((count + 1) * (count + 2) / 2)
    for index in 0..<count {
      let start = index * stride
      append(row(for: gram[start..<(start + index)], norm: gram[start + index]))
    }
  }

  /// The row by which L grows with one more vector.
  struct Row {
    var elements: [Double]
    /// The square of the row's last element: the squared distance of the vector from the span of the
    /// ones before it. Rounding can make it negative.
    var pivot: Double
  }

  /// The row for a vector with these products with the vectors so far (Rubinstein et al. 2008,
  /// algorithm 2, line 7). `norm` is its product with itself.
  func row(for products: some Collection<Double>, norm: Double = 1) -> Row {
    var elements = Array(products)
    solveLower(&elements)
    return Row(elements: elements, pivot: elements.reduce(norm) { $0 - $1 * $1 })
  }

  mutating func append(_ row: Row) {
    precondition(row.elements.count == count)
    elements += row.elements
    elements.append(max(row.pivot, .leastNormalMagnitude).squareRoot())
    count += 1
  }

  /// Forgets all vectors but the first `count`.
  mutating func truncate(to count: Int) {
    precondition(count <= self.count)
    elements.removeSubrange((count * (count + 1) / 2)...)
    self.count = count
  }

  /// The solution x of G x = b.
  func solve(_ right: [Double]) -> [Double] {
    var reduced = right
    solveLower(&reduced)
    return solveUpper(reduced)
  }

  /// The last element of the solution y of L y = b, from those before it.
  func reduce(_ last: Double, after reduced: [Double]) -> Double {
    precondition(reduced.count == count - 1)
    let start = (count - 1) * count / 2
    let sum = elements.withUnsafeBufferPointer { elements in
      reduced.withUnsafeBufferPointer { Self.dot(elements, from: start, $0, count: $0.count) }
    }
    return (last - sum) / elements[start + count - 1]
  }

  /// The solution x of Lᵀ x = y.
  func solveUpper(_ reduced: [Double]) -> [Double] {
    var solution = reduced
    for row in stride(from: count - 1, through: 0, by: -1) {
      let start = row * (row + 1) / 2
      let value = solution[row] / elements[start + row]
      solution[row] = value
      for column in 0..<row { solution[column] -= elements[start + column] * value }
    }
    return solution
  }

  /// Solves L x = b in place.
  private func solveLower(_ vector: inout [Double]) {
    elements.withUnsafeBufferPointer { elements in
      vector.withUnsafeMutableBufferPointer { vector in
        var start = 0
        for row in 0..<count {
          let value =
            vector[row] - Self.dot(elements, from: start, UnsafeBufferPointer(vector), count: row)
          vector[row] = value / elements[start + row]
          start += row + 1
        }
      }
    }
  }

  /// The product of consecutive elements with the first elements of `vector`, in four sums: each
  /// addition to one sum would wait for the one before it.
  private static func dot(
    _ elements: UnsafeBufferPointer<Double>, from start: Int,
    _ vector: UnsafeBufferPointer<Double>, count: Int
  ) -> Double {
    var sums = (0.0, 0.0, 0.0, 0.0)
    let whole = count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      sums.0 += elements[start + index] * vector[index]
      sums.1 += elements[start + index + 1] * vector[index + 1]
      sums.2 += elements[start + index + 2] * vector[index + 2]
      sums.3 += elements[start + index + 3] * vector[index + 3]
    }
    var result = (sums.0 + sums.1) + (sums.2 + sums.3)
    for index in whole..<count { result += elements[start + index] * vector[index] }
    return result
  }
}
