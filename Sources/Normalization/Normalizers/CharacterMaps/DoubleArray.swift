/// A trie as a double array (Aoe 1989) in the layout of darts-clone: from byte strings to numbers.
///
/// Equal subtrees are there once, as in a minimal automaton: a map of all Hangul syllables would have
/// megabytes otherwise.
struct DoubleArray {
  private(set) var units: [UInt32] = []

  /// The end of a path: a number, if one ends there, and what follows by the next byte.
  private struct State: Hashable {
    var value: Int32?
    var next: [Edge]
  }
  private struct Edge: Hashable {
    var byte: UInt8
    var state: Int
  }

  private var states: [State] = []
  private var numbers: [State: Int] = [:]
  /// Where the units that a state leads to are found, by the state; two never share their place.
  private var bases: [Int: Int] = [:]
  /// The first place is none: sentencepiece refuses a root that leads to itself.
  private var takenBases: Set<Int> = [0]
  private var isTaken: [Bool] = []

  /// Units are added in blocks; only the last ones are searched for room.
  private static let blockSize = 256
  private static let searchedBlocks = 16
  /// The label of a unit that nothing leads to, and the mark of a value.
  private static let topBit: UInt32 = 1 << 31

  /// - Parameter entries: ascending by their keys, which are not empty and have no zero bytes, with
  ///   values that are not negative; so few that the array has less than 2²¹ units.
  init(_ entries: [(key: [UInt8], value: Int32)]) {
    let root = addState(entries[...], depth: 0)
    grow(to: 1)
    isTaken[0] = true
    units[0] = unit(label: 0, at: 0, leadingTo: root)
    numbers = [:]
  }

  // MARK: Minimal automaton

  /// The state behind the first `depth` bytes, which all keys of `entries` share.
  private mutating func addState(
    _ entries: ArraySlice<(key: [UInt8], value: Int32)>, depth: Int
  ) -> Int {
    var state = State(value: nil, next: [])
    var rest = entries
    if let first = rest.first, first.key.count == depth {
      state.value = first.value
      rest.removeFirst()
    }
    while let byte = rest.first?.key[depth] {
      let end = rest.firstIndex { $0.key[depth] != byte } ?? rest.endIndex
      state.next.append(
        Edge(byte: byte, state: addState(rest[rest.startIndex..<end], depth: depth + 1)))
      rest = rest[end...]
    }
    if let number = numbers[state] { return number }
    numbers[state] = states.count
    states.append(state)
    return states.count - 1
  }

  // MARK: Placing

  /// The unit at a place whose label leads to a state, which finds its own place if it has none.
  private mutating func unit(label: UInt8, at place: Int, leadingTo state: Int) -> UInt32 {
    let base = bases[state] ?? placeState(state)
    let hasValue: UInt32 = states[state].value == nil ? 0 : 1
    return UInt32(base ^ place) << 10 | hasValue << 8 | UInt32(label)
  }

  private mutating func placeState(_ number: Int) -> Int {
    let state = states[number]
    let labels = (state.value == nil ? [] : [0]) + state.next.map(\.byte)
    let base = freeBase(for: labels)
    bases[number] = base
    takenBases.insert(base)
    for label in labels { isTaken[base ^ Int(label)] = true }
    if let value = state.value { units[base] = UInt32(value) | Self.topBit }
    for edge in state.next {
      let place = base ^ Int(edge.byte)
      units[place] = unit(label: edge.byte, at: place, leadingTo: edge.state)
    }
    return base
  }

  /// The first base at which there is room for all labels.
  private mutating func freeBase(for labels: [UInt8]) -> Int {
    var place = max(1, units.count - Self.searchedBlocks * Self.blockSize)
    while true {
      grow(to: place + 1)
      let base = place ^ Int(labels.first ?? 0)
      if !isTaken[place], !takenBases.contains(base),
        labels.allSatisfy({ !isTaken[base ^ Int($0)] })
      {
        return base
      }
      place += 1
    }
  }

  /// Bases and labels differ in the last eight bits only, so that whole blocks have all of a state.
  private mutating func grow(to count: Int) {
    while units.count < count {
      units.append(contentsOf: repeatElement(Self.topBit, count: Self.blockSize))
      isTaken.append(contentsOf: repeatElement(false, count: Self.blockSize))
    }
  }
}
