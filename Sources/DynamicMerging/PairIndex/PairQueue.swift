/// Pairs by the order in which they merge: the most frequent first, of equally frequent ones the one that is
/// seen first.
///
/// A binary heap with one entry per pair. An entry may promise more than its pair still has, and is put right
/// when it comes to the top; it never promises less.
struct PairQueue {
  /// The count in the upper half; the first position, counted from the largest, in the lower half.
  typealias Priority = UInt64

  private struct Entry {
    var priority: Priority
    var pair: UInt32
  }
  private var entries: [Entry] = []
  /// Where the entry of each pair stands; `none` for a pair without one.
  private var places: [UInt32] = []

  private static let none = UInt32.max

  static func priority(count: UInt32, first: UInt32) -> Priority {
    Priority(count) << 32 | Priority(UInt32.max - first)
  }

  /// Makes room for one more pair, which has no entry yet.
  mutating func addPair() { places.append(Self.none) }

  /// Notes that a pair has at least this priority.
  mutating func raise(_ pair: UInt32, to priority: Priority) {
    let place = places[Int(pair)]
    if place == Self.none {
      entries.append(Entry(priority: priority, pair: pair))
      places[Int(pair)] = UInt32(entries.count - 1)
      moveUp(entries.count - 1)
    } else if entries[Int(place)].priority < priority {
      entries[Int(place)].priority = priority
      moveUp(Int(place))
    }
  }

  /// The entry at the top, whose priority may be more than its pair has by now.
  var top: (priority: Priority, pair: UInt32)? {
    entries.first.map { ($0.priority, $0.pair) }
  }

  /// Puts the top right, so that another one may come to the top.
  mutating func lowerTop(to priority: Priority) {
    entries[0].priority = priority
    moveDown(0)
  }

  /// Takes out the top.
  mutating func removeTop() {
    places[Int(entries[0].pair)] = Self.none
    let last = entries.removeLast()
    guard !entries.isEmpty else { return }
    put(last, at: 0)
    moveDown(0)
  }

  private mutating func put(_ entry: Entry, at place: Int) {
    entries[place] = entry
    places[Int(entry.pair)] = UInt32(place)
  }

  private mutating func moveUp(_ start: Int) {
    let entry = entries[start]
    var place = start
    while place > 0 {
      let parent = (place - 1) / 2
      guard entries[parent].priority < entry.priority else { break }
      put(entries[parent], at: place)
      place = parent
    }
    put(entry, at: place)
  }

  private mutating func moveDown(_ start: Int) {
    let entry = entries[start]
    var place = start
    while true {
      var child = 2 * place + 1
      guard child < entries.count else { break }
      if child + 1 < entries.count, entries[child].priority < entries[child + 1].priority {
        child += 1
      }
      guard entry.priority < entries[child].priority else { break }
      put(entries[child], at: place)
      place = child
    }
    put(entry, at: place)
  }
}
