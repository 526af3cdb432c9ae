public import Tensors

/// The rows that are searched: those of a matrix, with a bias each where the output layer has one.
public struct SearchedRows: Sendable {
  public let matrix: MatrixView
  /// One element for each row.
  public let bias: [Float]?

  /// - Parameter bias: one element for each row.
  public init(_ matrix: MatrixView, bias: [Float]? = nil) {
    precondition(bias.map { $0.count == matrix.rows } ?? true)
    self.matrix = matrix
    self.bias = bias
  }

  /// The number of rows.
  public var count: Int { matrix.rows }
  /// The number of elements of a row.
  public var columns: Int { matrix.columns }

  /// How similar a row is to a query.
  public func similarity(ofRow row: Int, to query: [Float], by similarity: Similarity) -> Float {
    similarities(ofRows: CollectionOfOne(row), to: query, by: similarity)[0].similarity
  }

  /// The same for several rows.
  func similarities(
    ofRows indices: some Collection<Int>, to query: [Float], by similarity: Similarity
  ) -> [Neighbor] {
    var floats = [Float](repeating: 0, count: columns)
    let norm = similarity == .cosine ? VectorProduct.norm(query) : 1
    return indices.map { row in
      floats.withUnsafeMutableBufferPointer { matrix.copyRows(row..<(row + 1), into: $0) }
      let product = VectorProduct.of(floats, query)
      switch similarity {
      case .product: return Neighbor(row: row, similarity: product + (bias?[row] ?? 0))
      case .cosine:
        let scale = norm * VectorProduct.norm(floats)
        return Neighbor(row: row, similarity: scale > 0 ? product / scale : 0)
      }
    }
  }

  /// The mean of the rows, added up in `Double`; zeros where there are none.
  var mean: [Float] {
    let tileRows = 4096
    let tiles = (count + tileRows - 1) / tileRows
    // A sum per tile, so that the order of additions does not depend on the number of threads.
    var sums = [Double](repeating: 0, count: tiles * columns)
    sums.withUnsafeMutableBufferPointer { sums in
      // Safe: each task adds to the sums of its own tile.
      nonisolated(unsafe) let sums = sums
      parallelFor(count: tiles) { tile in
        var floats = [Float](repeating: 0, count: columns)
        for row in (tile * tileRows)..<min((tile + 1) * tileRows, count) {
          floats.withUnsafeMutableBufferPointer { matrix.copyRows(row..<(row + 1), into: $0) }
          for column in 0..<columns { sums[tile * columns + column] += Double(floats[column]) }
        }
      }
    }
    return (0..<columns).map { column in
      let sum = (0..<tiles).reduce(0) { $0 + sums[$1 * columns + column] }
      return Float(sum / Double(max(count, 1)))
    }
  }

  /// A number that tells these rows from others: it depends on every stored byte.
  var fingerprint: UInt64 {
    var fingerprint = Fingerprint()
    matrix.withBytes(ofRows: 0..<count) { fingerprint.add($0) }
    fingerprint.add(UInt64(columns))
    bias?.withUnsafeBytes { fingerprint.add($0) }
    return fingerprint.value
  }
}

/// Products of vectors whose additions have a fixed order, so that a row's similarity is the same bits
/// wherever it is computed.
enum VectorProduct {
  private typealias Lanes = SIMD16<Float>

  /// The product of two vectors of the same length.
  static func of(_ left: [Float], _ right: [Float]) -> Float {
    left.withUnsafeBytes { left in right.withUnsafeBytes { right in sum(left, right) } }
  }

  /// The Euclidean norm.
  static func norm(_ vector: [Float]) -> Float { of(vector, vector).squareRoot() }

  /// The Euclidean norm of elements in memory.
  static func norm(_ vector: UnsafeBufferPointer<Float>) -> Float {
    sum(UnsafeRawBufferPointer(vector), UnsafeRawBufferPointer(vector)).squareRoot()
  }

  private static func sum(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Float
  {
    precondition(left.count == right.count)
    let size = MemoryLayout<Float>.stride
    let width = Lanes.scalarCount * size
    var lanes = Lanes.zero
    let whole = left.count / width * width
    for offset in stride(from: 0, to: whole, by: width) {
      lanes +=
        left.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
        * right.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
    }
    var total = lanes.sum()
    for offset in stride(from: whole, to: left.count, by: size) {
      total +=
        left.loadUnaligned(fromByteOffset: offset, as: Float.self)
        * right.loadUnaligned(fromByteOffset: offset, as: Float.self)
    }
    return total
  }
}
