internal import CKernels

/// Unit vectors, rounded to 16-bit integers, whose products cost half of those of floats.
///
/// Vector v is stored as the integers next to v · s, for a scale s of its own. Which of the two next
/// integers an element becomes is drawn at random, such that the mean is right. So the error of a product
/// with any other vector w is a sum of independent terms of mean 0, each within an interval of width
/// |wᵢ| / s, and by Hoeffding's inequality it exceeds z / (2 s) · ‖w‖ with a probability of at most
/// 2 exp(-z² / 2). `deviation` is the bound that counts as certain; without the drawing, errors might all
/// add up, and only one √d times as large would be. What is drawn depends on the place of an element alone:
/// the same vectors make the same integers.
///
/// Products are added up in 32-bit integers, in chunks of elements. The scale keeps the length of each
/// chunk of a vector below √2³¹, so that by the inequality of Cauchy and Schwarz no sum, in whatever order,
/// overflows.
package struct RoundedUnits: Sendable {
  /// The number of vectors.
  package let count: Int
  /// What an element of each vector counts for, 1 / s; 0 for a vector of zeros.
  package let steps: [Float]
  /// The largest of `steps`.
  package let largestStep: Float
  private let storage: FloatStorage
  private let layout: Layout

  /// How far a product with a vector of norm 1 can be off, in steps: z / 2 for z = 9. That it is farther
  /// off has a probability of 10⁻¹⁷.
  package static let deviation: Float = 4.5
  /// The vectors of a group (see `multiply`).
  package static let groupSize = Int(KERNELS_GROUP_SIZE)

  /// Where elements are: chunk c has those whose index modulo the number of chunks is c, since the large
  /// ones of real embeddings are often neighbours.
  private struct Layout {
    let chunkCount: Int
    /// The pairs of elements of a chunk.
    let pairCount: Int

    private static let largestChunk = 256

    init(dimension: Int) {
      chunkCount = max((dimension + Self.largestChunk - 1) / Self.largestChunk, 1)
      pairCount = ((dimension + chunkCount - 1) / chunkCount + 1) / 2
    }

    /// The elements of a group.
    var groupSize: Int { chunkCount * pairCount * 2 * RoundedUnits.groupSize }

    /// The place in its group of an element of the group's first vector; those of the others follow, two
    /// elements later each.
    func place(_ element: Int) -> Int {
      let (inChunk, chunk) = element.quotientAndRemainder(dividingBy: chunkCount)
      return (chunk * pairCount + inChunk / 2) * 2 * RoundedUnits.groupSize + inChunk % 2
    }
  }

  /// The memory of `count` vectors of `dimension` elements, in bytes.
  package static func byteCount(_ count: Int, dimension: Int) -> Int {
    let layout = Layout(dimension: dimension)
    return wholeGroups(count) / groupSize * layout.groupSize * 2
  }

  /// The number of vectors of the fewest groups that hold `count`.
  package static func wholeGroups(_ count: Int) -> Int {
    (count + groupSize - 1) / groupSize * groupSize
  }

  /// Rounds the rows of `matrix`, whose squares must be in the range of `Float`.
  ///
  /// - Parameters:
  ///   - inverseNorms: the reciprocal norm of each row; 0 makes it a vector of zeros.
  ///   - earlier: how many vectors have been rounded with which products will be computed: these draw
  ///     other numbers.
  package init(_ matrix: Matrix, inverseNorms: [Float], after earlier: Int = 0) {
    precondition(inverseNorms.count == matrix.rows)
    let layout = Layout(dimension: matrix.columns)
    count = matrix.rows
    self.layout = layout
    storage = FloatStorage(
      count: (Self.byteCount(count, dimension: matrix.columns) + Self.lineSize) / 4)
    let places = (0..<matrix.columns).map(layout.place)
    let target = Self.elements(storage)
    steps = [Float](unsafeUninitializedCapacity: matrix.rows) { steps, initialized in
      // Safe: each piece writes elements of its own.
      nonisolated(unsafe) let (steps, target) = (steps, target)
      parallelFor(count: matrix.rows, pieceSize: Self.groupSize) { piece in
        let group = target + piece.lowerBound / Self.groupSize * layout.groupSize
        var rounded = [Int16](repeating: 0, count: matrix.columns)
        for row in piece {
          let factor = matrix.withRow(row) { Self.factor($0, layout) }
          steps.initializeElement(at: row, to: inverseNorms[row] / factor)
          guard steps[row] > 0 else { continue }
          matrix.withRow(row) { vector in
            guard let start = vector.baseAddress else { return }
            let number = UInt32(truncatingIfNeeded: (earlier + row) * matrix.columns)
            kernels_round(start, factor, number, matrix.columns, &rounded)
          }
          let own = group + 2 * (row - piece.lowerBound)
          for (element, place) in zip(rounded, places) { own[place] = element }
        }
      }
      initialized = matrix.rows
    }
    largestStep = steps.max() ?? 0
  }

  /// The number of groups: each has `groupSize` vectors, the last one perhaps with zeros for some.
  package var groupCount: Int { Self.wholeGroups(count) / Self.groupSize }

  /// Computes, on the calling thread, the products of all vectors of some groups with all vectors of some
  /// groups of `right`, without their steps: each still has to be multiplied by those of its two vectors.
  ///
  /// - Parameters:
  ///   - products: element (i, j) at i · `stride` + j, where both are counted from the first vector of
  ///     the groups.
  package func multiply(
    _ groups: Range<Int>, by right: RoundedUnits, _ rightGroups: Range<Int>,
    into products: UnsafeMutablePointer<Float>, stride: Int
  ) {
    precondition(layout.groupSize == right.layout.groupSize)
    precondition(groups.upperBound <= groupCount && rightGroups.upperBound <= right.groupCount)
    kernels_packed_products(
      Self.elements(storage) + groups.lowerBound * layout.groupSize, groups.count,
      Self.elements(right.storage) + rightGroups.lowerBound * layout.groupSize, rightGroups.count,
      layout.chunkCount, layout.pairCount, products, stride)
  }

  /// The first element. The storage begins up to a line before it, since vectors that lie across lines
  /// of the cache take twice as long to load.
  private static func elements(_ storage: FloatStorage) -> UnsafeMutablePointer<Int16> {
    // Safe: the storage is used as nothing else.
    UnsafeMutableRawPointer(storage.start).alignedUp(toMultipleOf: lineSize)
      .assumingMemoryBound(to: Int16.self)
  }

  private static let lineSize = 64

  /// The largest number that a vector may be multiplied by before it is rounded: its elements fit 16 bits
  /// then, and its chunks a length of √2³¹.
  private static func factor(_ vector: UnsafeBufferPointer<Float>, _ layout: Layout) -> Float {
    var largest: Float = 0
    var squares = [Float](repeating: 0, count: layout.chunkCount)
    for start in stride(from: 0, to: vector.count, by: layout.chunkCount) {
      for index in start..<min(start + layout.chunkCount, vector.count) {
        let value = vector[index]
        largest = max(largest, value.magnitude)
        squares[index - start] += value * value
      }
    }
    let longest = (squares.max() ?? 0).squareRoot()
    // The root is 46,340. Rounding makes a chunk longer by at most the root of the number of its elements.
    let length = 46_300 - Float(2 * layout.pairCount).squareRoot()
    return min(32_760 / largest, length / longest)
  }
}
