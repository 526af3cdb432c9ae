internal import Glibc
public import Tensors

/// Words from bytes by one block of attention with a learned query (Byte2Word, Lee, Guo and Qiu 2022).
///
/// A byte's input is its embedding plus that of its position. Every head weighs the values of the bytes by
/// softmax(q · kᵀ / √d), and the output matrix joins the heads.
public struct AttentionPooling: Sendable {
  /// Bytes × dimensions.
  private let bytes: Matrix
  /// Positions × dimensions.
  private let positions: Matrix
  private let query: [Float]
  /// Dimensions × dimensions each, as PyTorch stores linear maps: output × input.
  private let key: Matrix
  private let value: Matrix
  private let output: Matrix
  private let headCount: Int

  /// The number of dimensions of a word.
  public var dimensions: Int { query.count }
  /// The number of bytes of a word that count; what follows is left out.
  public var longestWord: Int { positions.rows }

  /// Loads `byte_embed` (256 × d), `pos_embed` (positions × d), `q` (d), and the matrices `k`, `v` and `o`
  /// (d × d, output × input).
  ///
  /// - Throws: `SafetensorsError` when one is missing, `PoolingError` when shapes do not agree.
  public init(_ file: SafetensorsFile, headCount: Int) throws {
    try self.init(
      bytes: Matrix(file.matrix("byte_embed")), positions: Matrix(file.matrix("pos_embed")),
      query: Array(Matrix(file.matrix("q")).withElements { Array($0) }),
      key: Matrix(file.matrix("k")), value: Matrix(file.matrix("v")),
      output: Matrix(file.matrix("o")), headCount: headCount)
  }

  /// - Throws: `PoolingError` when shapes do not agree.
  public init(
    bytes: Matrix, positions: Matrix, query: [Float], key: Matrix, value: Matrix, output: Matrix,
    headCount: Int
  ) throws(PoolingError) {
    let count = query.count
    guard headCount > 0, count % headCount == 0, count > 0 else {
      throw .badHeadCount(heads: headCount, dimensions: count)
    }
    for (name, matrix) in [("k", key), ("v", value), ("o", output)]
    where matrix.rows != count || matrix.columns != count {
      throw .badShape(name: name, rows: matrix.rows, columns: matrix.columns, dimensions: count)
    }
    for (name, matrix) in [("byte_embed", bytes), ("pos_embed", positions)]
    where matrix.columns != count || matrix.rows == 0 || name == "byte_embed" && matrix.rows < 256 {
      throw .badShape(name: name, rows: matrix.rows, columns: matrix.columns, dimensions: count)
    }
    self.bytes = bytes
    self.positions = positions
    self.query = query
    self.key = key
    self.value = value
    self.output = output
    self.headCount = headCount
  }

  /// The rows of words.
  ///
  /// - Returns: words × dimensions; zeros for a word without bytes.
  public func rows(of words: [[UInt8]]) -> Matrix {
    let words = words.map { Array($0.prefix(longestWord)) }
    let inputs = inputs(of: words)
    let keys = LinearAlgebra.product(inputs, key, transposingRight: true)
    let values = LinearAlgebra.product(inputs, value, transposingRight: true)
    var joined = Matrix(rows: words.count, columns: dimensions)
    var first = 0
    for (index, word) in words.enumerated() {
      joined.withMutableRow(index) { pool(first..<(first + word.count), keys, values, into: $0) }
      first += word.count
    }
    return LinearAlgebra.product(joined, output, transposingRight: true)
  }

  /// The inputs of all bytes of all words.
  private func inputs(of words: [[UInt8]]) -> Matrix {
    var result = Matrix(rows: words.reduce(0) { $0 + $1.count }, columns: dimensions)
    var row = 0
    for word in words {
      for (position, byte) in word.enumerated() {
        result.withMutableRow(row) { input in
          for column in input.indices {
            input[column] = bytes[Int(byte), column] + positions[position, column]
          }
        }
        row += 1
      }
    }
    return result
  }

  private func pool(
    _ range: Range<Int>, _ keys: Matrix, _ values: Matrix,
    into result: UnsafeMutableBufferPointer<Float>
  ) {
    guard !range.isEmpty else { return }
    let width = dimensions / headCount
    let scale = 1 / Float(width).squareRoot()
    for head in 0..<headCount {
      let columns = (head * width)..<((head + 1) * width)
      var weights = range.map { row in
        columns.reduce(Float(0)) { $0 + query[$1] * keys[row, $1] } * scale
      }
      let largest = weights.max() ?? 0
      for index in weights.indices { weights[index] = exp(weights[index] - largest) }
      let sum = weights.reduce(0, +)
      for (index, row) in range.enumerated() {
        let weight = weights[index] / sum
        for column in columns { result[column] += weight * values[row, column] }
      }
    }
  }
}

/// Weights that do not make a pooling block.
public enum PoolingError: Error, Equatable, CustomStringConvertible {
  /// The heads do not divide the dimensions.
  case badHeadCount(heads: Int, dimensions: Int)
  /// A matrix has another shape than the query asks for.
  case badShape(name: String, rows: Int, columns: Int, dimensions: Int)

  public var description: String {
    switch self {
    case .badHeadCount(let heads, let dimensions):
      "\(heads) heads do not divide the \(dimensions) dimensions of the query"
    case .badShape(let name, let rows, let columns, let dimensions):
      "the matrix `\(name)` is \(rows) × \(columns), which does not fit a query of \(dimensions)"
    }
  }
}
