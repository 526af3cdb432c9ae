internal import Tensors
internal import Tokenization

/// Rows and their origins as bytes, for a `RowJournal` on the machine that reads it again: numbers are
/// 64-bit integers in the machine's order, lists and texts have their length before them.
enum RowBlock {
  static func bytes(_ number: UInt64) -> [UInt8] { withUnsafeBytes(of: number) { Array($0) } }

  // MARK: Writing

  static func encode(_ made: MadeRows) -> [UInt8] {
    var result = bytes(UInt64(made.rows.rows)) + bytes(UInt64(made.rows.columns))
    made.rows.withElements { result += UnsafeRawBufferPointer($0) }
    for origin in made.origins { append(origin, to: &result) }
    return result
  }

  private enum Tag: UInt64 { case base, combination, computed, mean, padding }

  private static func append(_ origin: RowOrigin, to result: inout [UInt8]) {
    func append(_ tag: Tag) { result += bytes(tag.rawValue) }
    switch origin {
    case .base(let id):
      append(.base)
      result += bytes(UInt64(id))
    case .combination(let method, let ids, let coefficients, let residual):
      append(.combination)
      self.append(method, to: &result)
      self.append(ids, to: &result)
      self.append(coefficients.map(\.bitPattern), to: &result)
      self.append(residual.map { [$0.bitPattern] } ?? [], to: &result)
    case .computed(let method, let pieces):
      append(.computed)
      self.append(method, to: &result)
      self.append(pieces, to: &result)
    case .mean: append(.mean)
    case .padding: append(.padding)
    }
  }

  private static func append(_ text: String, to result: inout [UInt8]) {
    result += bytes(UInt64(text.utf8.count)) + Array(text.utf8)
  }

  private static func append(_ numbers: [UInt32], to result: inout [UInt8]) {
    result += bytes(UInt64(numbers.count))
    numbers.withUnsafeBytes { result += $0 }
  }

  // MARK: Reading

  /// `nil` when the bytes are not what `encode` makes.
  static func decode(_ bytes: UnsafeRawBufferPointer) -> MadeRows? {
    var reader = Reader(bytes, at: 0)
    guard let rows = reader.number(), let columns = reader.number(), rows <= bytes.count,
      columns <= bytes.count, let floats = reader.take(4 * rows * columns)
    else { return nil }
    var matrix = Matrix(rows: rows, columns: columns)
    matrix.withMutableElements { elements in
      UnsafeMutableRawBufferPointer(elements).copyMemory(
        from: UnsafeRawBufferPointer(rebasing: bytes[floats]))
    }
    var origins: [RowOrigin] = []
    for _ in 0..<rows {
      guard let origin = reader.origin() else { return nil }
      origins.append(origin)
    }
    return MadeRows(rows: matrix, origins: origins)
  }

  /// Reads one thing after the other; `nil` where the bytes end before it does.
  struct Reader {
    private let bytes: UnsafeRawBufferPointer
    private var position: Int

    init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
      self.bytes = bytes
      self.position = position
    }

    mutating func take(_ count: Int) -> Range<Int>? {
      guard count >= 0, count <= bytes.count - position else { return nil }
      defer { position += count }
      return position..<(position + count)
    }

    mutating func number() -> Int? {
      take(8).flatMap {
        Int(exactly: bytes.loadUnaligned(fromByteOffset: $0.lowerBound, as: UInt64.self))
      }
    }

    mutating func origin() -> RowOrigin? {
      guard let tag = number().flatMap({ Tag(rawValue: UInt64($0)) }) else { return nil }
      switch tag {
      case .base: return number().flatMap { TokenID(exactly: $0) }.map { .base($0) }
      case .combination:
        guard let method = text(), let ids = numbers(), let coefficients = numbers(),
          let residual = numbers()
        else { return nil }
        return .combination(
          method: method, ids, coefficients: coefficients.map { Float(bitPattern: $0) },
          residual: residual.first.map { Float(bitPattern: $0) })
      case .computed:
        guard let method = text(), let pieces = numbers() else { return nil }
        return .computed(method: method, pieces: pieces)
      case .mean: return .mean
      case .padding: return .padding
      }
    }

    private mutating func text() -> String? {
      number().flatMap { take($0) }.map { String(decoding: bytes[$0], as: UTF8.self) }
    }

    private mutating func numbers() -> [UInt32]? {
      guard let count = number(), count <= bytes.count, let place = take(4 * count) else {
        return nil
      }
      return (0..<count).map {
        bytes.loadUnaligned(fromByteOffset: place.lowerBound + 4 * $0, as: UInt32.self)
      }
    }
  }
}
