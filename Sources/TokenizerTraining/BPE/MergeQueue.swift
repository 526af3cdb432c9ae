/// A pair that may become a token, and where it has been seen.
struct MergeCandidate {
  /// How often the pair occurred when the candidate was queued.
  var count: Int
  let pair: TokenPair
  let positions: PositionList

  /// Whether this one is to be merged before `other`: the more frequent first, then the lower pair.
  @inline(__always)
  func precedes(_ other: MergeCandidate) -> Bool {
    count != other.count ? count > other.count : pair < other.pair
  }
}

/// Slots in ascending order. Most lists have one element, which needs no memory of its own.
struct PositionList {
  // Safe: whoever takes a candidate from the queue frees its list, and the queue frees the rest.
  private let storage: UInt
  let count: Int

  init(_ positions: ArraySlice<UInt32>) {
    count = positions.count
    if count == 1, let only = positions.first {
      storage = UInt(only)
    } else {
      let copy = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: count)
      _ = copy.initialize(from: positions)
      storage = UInt(bitPattern: copy.baseAddress)
    }
  }

  @inline(__always)
  subscript(index: Int) -> UInt32 {
    guard count > 1, let base = pointer else { return UInt32(truncatingIfNeeded: storage) }
    return base[index]
  }

  func free() { if count != 1 { pointer?.deallocate() } }

  private var pointer: UnsafeMutablePointer<UInt32>? { UnsafeMutablePointer(bitPattern: storage) }
}

/// The candidates in the order in which they are to be merged: a heap with four children per node.
struct MergeQueue: ~Copyable {
  // Safe: every index is below `count`, which is at most the capacity.
  private var candidates: UnsafeMutableBufferPointer<MergeCandidate>
  private(set) var count = 0

  init(capacity: Int) { candidates = .allocate(capacity: max(16, capacity)) }

  deinit {
    for index in 0..<count { candidates[index].positions.free() }
    candidates.deallocate()
  }

  mutating func push(_ candidate: MergeCandidate) {
    if count == candidates.count { grow() }
    count += 1
    siftUp(candidate, from: count - 1)
  }

  /// The first candidate, which is removed; `nil` when there is none.
  mutating func pop() -> MergeCandidate? {
    guard count > 0 else { return nil }
    let first = candidates[0]
    count -= 1
    if count > 0 { siftDown(candidates[count], from: 0) }
    return first
  }

  /// The first candidate, which stays.
  var first: MergeCandidate? { count > 0 ? candidates[0] : nil }

  /// Gives the first candidate another count.
  mutating func updateFirst(count newCount: Int) {
    var candidate = candidates[0]
    candidate.count = newCount
    siftDown(candidate, from: 0)
  }

  private mutating func siftUp(_ candidate: MergeCandidate, from start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 4
      guard candidate.precedes(candidates[parent]) else { break }
      candidates.initializeElement(at: index, to: candidates[parent])
      index = parent
    }
    candidates.initializeElement(at: index, to: candidate)
  }

  private mutating func siftDown(_ candidate: MergeCandidate, from start: Int) {
    var index = start
    while true {
      let firstChild = 4 * index + 1
      guard firstChild < count else { break }
      var best = firstChild
      for child in (firstChild + 1)..<max(firstChild + 1, min(firstChild + 4, count))
      where candidates[child].precedes(candidates[best]) {
        best = child
      }
      guard candidates[best].precedes(candidate) else { break }
      candidates[index] = candidates[best]
      index = best
    }
    candidates[index] = candidate
  }

  private mutating func grow() {
    let larger = UnsafeMutableBufferPointer<MergeCandidate>.allocate(
      capacity: candidates.count * 2)
    _ = larger.moveInitialize(
      fromContentsOf: UnsafeMutableBufferPointer(rebasing: candidates[..<count]))
    candidates.deallocate()
    candidates = larger
  }
}
