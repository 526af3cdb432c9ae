/// Tokens in the order of their bytes, so that those that begin with some bytes are neighbours.
public struct TokenByteIndex: Sendable {
  /// The tokens; equal byte strings in the order of their ids.
  public let ids: [TokenID]
  private let arena: [UInt8]
  private let starts: [Int]

  /// - Parameter tokens: the tokens that stand for bytes; empty byte strings are left out.
  public init(_ tokens: some Sequence<(id: TokenID, bytes: [UInt8])>) {
    let sorted = tokens.filter { !$0.bytes.isEmpty }.sorted {
      $0.bytes == $1.bytes ? $0.id < $1.id : $0.bytes.lexicographicallyPrecedes($1.bytes)
    }
    ids = sorted.map(\.id)
    arena = sorted.flatMap(\.bytes)
    starts = sorted.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.bytes.count) }
  }

  /// The number of tokens.
  public var count: Int { ids.count }

  /// The bytes of the token at a place.
  public func bytes(at place: Int) -> ArraySlice<UInt8> { arena[starts[place]..<starts[place + 1]] }

  func length(at place: Int) -> Int { starts[place + 1] - starts[place] }

  /// The byte of the token at a place; the token must be longer than `depth`.
  @inline(__always)
  func byte(at place: Int, _ depth: Int) -> UInt8 { arena[starts[place] + depth] }

  /// The tokens of `range`, which agree in their first `depth` bytes, that go on with `byte`.
  ///
  /// - Complexity: O(log n)
  public func narrowed(_ range: Range<Int>, depth: Int, byte: UInt8) -> Range<Int> {
    let longer = afterEnded(range, depth: depth)
    let start = partition(longer) { self.byte(at: $0, depth) < byte }
    let end = partition(start..<longer.upperBound) { self.byte(at: $0, depth) <= byte }
    return start..<end
  }

  /// The tokens of `range`, which agree in their first `depth` bytes, that have more than those.
  func afterEnded(_ range: Range<Int>, depth: Int) -> Range<Int> {
    var start = range.lowerBound
    while start < range.upperBound, length(at: start) == depth { start += 1 }
    return start..<range.upperBound
  }

  /// The tokens that begin with some bytes.
  public func range(of prefix: some Sequence<UInt8>) -> Range<Int> {
    var range = 0..<count
    for (depth, byte) in prefix.enumerated() {
      range = narrowed(range, depth: depth, byte: byte)
    }
    return range
  }

  /// The tokens whose first byte lies in a range.
  func range(ofFirstBytes bytes: ClosedRange<UInt8>) -> Range<Int> {
    let start = partition(0..<count) { byte(at: $0, 0) < bytes.lowerBound }
    return start..<partition(start..<count) { byte(at: $0, 0) <= bytes.upperBound }
  }

  private func partition(_ range: Range<Int>, _ belongsLeft: (Int) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if belongsLeft(middle) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
