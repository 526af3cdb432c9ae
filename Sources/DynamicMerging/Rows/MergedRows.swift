internal import LanguageModels
public import Surgery
public import Tensors
internal import Tokenization

/// Makes rows of a model's input matrix for merged tokens, by any embedding method.
///
/// A token of the base vocabulary keeps its own row, bit for bit, and so does a merged one whose surface some token
/// of the vocabulary has. A row depends on the surface alone, not on the batch (but for the rounding of methods that
/// multiply matrices): its pieces are those into which the base's own model cuts the surface. Rows that were made are
/// kept, as many as there is room for.
///
/// A method that needs a donor takes the donor's row of a surface that is one of its tokens, and for any other the
/// mean of the rows of the donor tokens that spell it.
public final class MergedRows {
  /// Where new rows belong: the model's input matrix, tokens × dimensions.
  public let base: MatrixView
  public let method: any EmbeddingMethod
  /// The surfaces for which the method had nothing to go by, so that they have the mean of all rows.
  public private(set) var meanCount = 0
  /// The rows that were made, those that were made again after they had given way included.
  public private(set) var madeCount = 0

  private let sources: RowSources
  private var cache: RowCache
  private var fitted: (any FittedMethod)?

  /// As many rows as the program of the paper keeps.
  public static let defaultCapacity = 5000

  /// - Parameters:
  ///   - model: the model whose tokens are merged.
  ///   - donor: another model, for methods that need one.
  ///   - hypernetwork: what the method `hypernet` asks.
  ///   - capacity: how many rows are kept, at least 1.
  /// - Throws: `MethodError` when the method needs a donor or a hypernetwork and there is none, `ModelError` when a
  ///   matrix holds numbers that are not finite or the two models share no token.
  public init(
    _ model: ModelDirectory, donor: ModelDirectory? = nil, hypernetwork: HypernetworkSource? = nil,
    method: any EmbeddingMethod, capacity: Int = defaultCapacity
  ) throws {
    if method.needsDonor, donor == nil { throw MethodError.needsDonor(method.name) }
    if method.needsHypernetwork, hypernetwork == nil {
      throw MethodError.needsHypernetwork(method.name)
    }
    self.method = method
    base = model.vocabularyTensors.input.matrix
    sources = try RowSources(
      model, donor: method.needsDonor ? donor : nil, hypernetwork: hypernetwork)
    cache = RowCache(capacity: capacity, columns: base.columns)
  }

  /// The rows of a batch's tokens.
  ///
  /// - Throws: `MergeError.noRow` for a token beyond the matrix, `MergeError.batchExceedsCache`, and what the method
  ///   throws.
  public func rows(for batch: MergedBatch) throws -> BatchRows {
    cache.beginBatch()
    var missing: [[UInt8]] = []
    var surfaceCount = 0
    for unit in batch.units {
      switch unit {
      case .token(let id):
        guard id < base.rows else { throw MergeError.noRow(token: id, rows: base.rows) }
      case .surface(let surface):
        surfaceCount += 1
        if cache.place(of: surface) == nil { missing.append(surface) }
      }
    }
    guard surfaceCount <= cache.capacity else {
      throw MergeError.batchExceedsCache(capacity: cache.capacity)
    }
    try make(missing)
    var result = BatchRows(base: base, made: Matrix(rows: surfaceCount, columns: base.columns))
    for unit in batch.units {
      switch unit {
      case .token(let id): result.places.append(Int32(id))
      case .surface(let surface):
        let row = result.surfaces.count
        if let place = cache.place(of: surface) {
          cache.rows.withRow(place) { values in
            result.made.withMutableRow(row) { _ = $0.update(fromContentsOf: values) }
          }
        }
        result.places.append(Int32(base.rows + row))
        result.surfaces.append(surface)
      }
    }
    return result
  }

  /// Makes rows that are not there.
  private func make(_ surfaces: [[UInt8]]) throws {
    guard !surfaces.isEmpty else { return }
    let problem = sources.problem(for: surfaces)
    let fitted = try fitted?.serving(problem) ?? method.fit(to: problem) { _ in }
    self.fitted = fitted
    let made = try fitted.rows(for: problem.targets[...])
    meanCount += made.origins.count { $0 == .mean }
    madeCount += surfaces.count
    let rows = made.withMean(sources.mean)
    for (index, surface) in surfaces.enumerated() {
      _ = try rows.withRow(index) { row throws(MergeError) in try cache.insert(surface, row) }
    }
  }
}

/// The rows of a batch's tokens.
public struct BatchRows: Sendable {
  /// The model's input matrix.
  public let base: MatrixView
  /// The rows of tokens that are not in it, one for each of `surfaces`.
  public internal(set) var made: Matrix
  /// What the rows of `made` stand for.
  public internal(set) var surfaces: [[UInt8]] = []
  /// For each of the batch's units: its row, as if `made` stood behind `base`.
  public internal(set) var places: [Int32] = []

  /// The input rows of a sequence, as the matrix stores them: tokens × dimensions.
  public func inputs(for sequence: MergedSequence) -> Matrix {
    var result = Matrix(rows: sequence.count, columns: base.columns)
    for (index, unit) in sequence.units.enumerated() {
      let place = Int(places[Int(unit)])
      result.withMutableRow(index) { row in
        if place < base.rows {
          base.copyRows(place..<(place + 1), into: row)
        } else {
          made.withRow(place - base.rows) { _ = row.update(fromContentsOf: $0) }
        }
      }
    }
    return result
  }
}
