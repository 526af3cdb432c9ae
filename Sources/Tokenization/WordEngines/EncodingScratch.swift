internal import Synchronization

/// What one thread needs while it encodes: kept from text to text, so that encoding allocates nothing
/// once it is warm.
struct EncodingScratch: ~Copyable {
  /// The ids of the text at hand.
  var ids = RawList<TokenID>(capacity: 1024)
  var words = WordTable()
  /// Chunks of texts that have not been normalized yet.
  var chunks = WordTable()
  var merging = SymbolMerging()
  var lattice = UnigramLattice<Float>()
  /// The ends of the next words.
  var ends = RawList<Int>(capacity: endCount)
  /// A word that has to be put together.
  var word = RawList<UInt8>(capacity: 64)

  /// How many words are cut off the text at a time.
  static let endCount = 512

  /// Gives memory back that one large text needed and others will not.
  mutating func shrink() {
    ids.shrink(to: 1 << 20)
    word.shrink(to: 1 << 20)
    merging.shrink()
    lattice.shrink()
  }
}

/// Scratch space for as many threads as use a tokenizer at once.
final class ScratchPool: Sendable {
  private let boxes = Mutex<[Box]>([])

  /// Safe: a box is either in the pool or lent to one thread.
  private final class Box: @unchecked Sendable {
    var scratch = EncodingScratch()
  }

  /// Lends scratch space, with no ids in it, for the time of `body`.
  func withScratch<Result, Failure: Error>(
    _ body: (inout EncodingScratch) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let box = boxes.withLock { $0.popLast() } ?? Box()
    defer {
      box.scratch.shrink()
      boxes.withLock { $0.append(box) }
    }
    box.scratch.ids.removeAll()
    return try body(&box.scratch)
  }
}
