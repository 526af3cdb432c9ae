/// A matrix of `Float` in contiguous memory, row after row.
///
/// A value type: copies share memory until one of them is written to.
public struct Matrix: Sendable {
  public let rows: Int
  public let columns: Int
  private var storage: FloatStorage

  /// A matrix of zeros. The memory is taken from the system as it is touched.
  public init(rows: Int, columns: Int) {
    precondition(rows >= 0 && columns >= 0)
    self.rows = rows
    self.columns = columns
    storage = FloatStorage(count: rows * columns)
  }

  /// A matrix of the given rows, which must all be equally long.
  public init(_ rows: [[Float]]) {
    self.init(rows: rows.count, columns: rows.first?.count ?? 0)
    for (index, row) in rows.enumerated() {
      precondition(row.count == columns, "row \(index) has \(row.count) of \(columns) columns")
      withMutableRow(index) { target in _ = target.update(fromContentsOf: row) }
    }
  }

  /// All of `view`, converted to `Float`.
  public init(_ view: MatrixView) {
    self.init(rows: view.rows, columns: view.columns)
    let elements = storage.elements
    view.convertInParallel(into: elements) { $0 }
  }

  /// The given rows of `view` in the given order, converted to `Float`.
  public init(_ view: MatrixView, rows: [Int]) {
    self.init(rows: rows.count, columns: view.columns)
    let elements = storage.elements
    view.convertInParallel(into: elements) { rows[$0] }
  }

  /// The matrix as a view, without a copy.
  public var view: MatrixView {
    MatrixView(
      owner: storage, bytes: UnsafeRawBufferPointer(storage.elements), rows: rows, columns: columns,
      elementType: .float32)
  }
}

// MARK: - Elements

extension Matrix {
  /// The element at `row` and `column`. For loops, use `withRow` and its companions.
  public subscript(row: Int, column: Int) -> Float {
    get {
      checkPlace(row, column)
      return withElements { $0[row * columns + column] }
    }
    set {
      checkPlace(row, column)
      let place = row * columns + column
      withMutableElements { $0[place] = newValue }
    }
  }

  /// Calls `body` with all elements, row after row. The buffer must not escape.
  public func withElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let result = try body(UnsafeBufferPointer(storage.elements))
    withExtendedLifetime(storage) {}
    return result
  }

  /// Calls `body` with all elements, row after row, for writing. The buffer must not escape.
  public mutating func withMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if !isKnownUniquelyReferenced(&storage) { storage = FloatStorage(copying: storage) }
    let result = try body(storage.elements)
    withExtendedLifetime(storage) {}
    return result
  }

  /// Calls `body` with the elements of one row. The buffer must not escape.
  public func withRow<Result, Failure: Error>(
    _ row: Int, _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    checkRow(row)
    return try withElements { elements throws(Failure) in
      try body(UnsafeBufferPointer(rebasing: elements[(row * columns)..<((row + 1) * columns)]))
    }
  }

  /// Calls `body` with the elements of one row, for writing. The buffer must not escape.
  public mutating func withMutableRow<Result, Failure: Error>(
    _ row: Int, _ body: (UnsafeMutableBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    checkRow(row)
    let range = (row * columns)..<((row + 1) * columns)
    return try withMutableElements { elements throws(Failure) in
      try body(UnsafeMutableBufferPointer(rebasing: elements[range]))
    }
  }

  /// A copy of one row.
  public func row(_ row: Int) -> [Float] { withRow(row) { Array($0) } }

  private func checkRow(_ row: Int) {
    precondition(row >= 0 && row < rows, "row \(row) of a matrix of \(rows) rows")
  }

  private func checkPlace(_ row: Int, _ column: Int) {
    checkRow(row)
    precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
  }
}
