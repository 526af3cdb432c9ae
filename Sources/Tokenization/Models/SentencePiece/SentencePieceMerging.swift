internal import Normalization

/// SentencePiece's byte-pair encoding (`bpe::Model`): neighbours merge when together they are a
/// piece, the one with the highest score first, the leftmost among equals.
struct SentencePieceMerging {
  private let table: PieceTable
  private let text: [UInt8]
  private var symbols: [Symbol] = []
  private var candidates = CandidateHeap()
  /// How each unused piece that was considered last came about: the length of its left part.
  private var cuts: [ArraySlice<UInt8>: Int] = [:]

  private struct Symbol {
    var start: Int32
    /// 0 once the symbol has been merged into its left neighbour.
    var length: Int32
    var previous: Int32
    var next: Int32
    /// A user-defined piece, which merges with nothing.
    var isFrozen: Bool
  }

  /// The pieces of a normalized text.
  ///
  /// - Parameter passesOver: whether a merge that is due is left out for good.
  /// - Complexity: O(n log n) in the length of the text.
  static func encode(
    _ text: [UInt8], _ table: PieceTable, passingOver passesOver: () -> Bool = { false }
  ) -> [PiecePart] {
    var merging = SentencePieceMerging(text, table)
    merging.run(passesOver)
    return merging.parts()
  }

  private init(_ text: [UInt8], _ table: PieceTable) {
    self.table = table
    self.text = text
    let matchesPieces = !table.userDefined.isEmpty
    symbols.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      let frozen = matchesPieces ? table.userDefined.longestMatch(in: text, at: position) : 0
      let length =
        frozen > 0
        ? frozen : min(UTF8.sequenceLength(lead: text[position]), text.count - position)
      let index = Int32(symbols.count)
      symbols.append(
        Symbol(
          start: Int32(position), length: Int32(length), previous: index - 1, next: index + 1,
          isFrozen: frozen > 0))
      position += length
    }
    if !symbols.isEmpty { symbols[symbols.count - 1].next = -1 }
  }

  private mutating func run(_ passesOver: () -> Bool) {
    for index in symbols.indices.dropFirst() { consider(index - 1, index) }
    while let candidate = candidates.pop() {
      let left = Int(candidate.left)
      let right = Int(candidate.right)
      // A candidate that an earlier merge has overtaken no longer has its length.
      guard symbols[left].length > 0, symbols[right].length > 0,
        symbols[left].length + symbols[right].length == candidate.length
      else { continue }
      if passesOver() { continue }
      symbols[left].length += symbols[right].length
      symbols[right].length = 0
      let next = symbols[right].next
      symbols[left].next = next
      if next >= 0 { symbols[Int(next)].previous = candidate.left }
      consider(Int(symbols[left].previous), left)
      consider(left, Int(next))
    }
  }

  /// Notes that two neighbours could merge, if they can.
  private mutating func consider(_ left: Int, _ right: Int) {
    guard left >= 0, right >= 0, !symbols[left].isFrozen, !symbols[right].isFrozen else { return }
    let start = Int(symbols[left].start)
    let length = symbols[left].length + symbols[right].length
    let piece = text[start..<(start + Int(length))]
    guard let id = table.texts.id(of: piece) else { return }
    candidates.push(
      Candidate(
        score: table.score(id), left: Int32(left), right: Int32(right), length: length))
    if table.kind(id) == .unused { cuts[piece] = Int(symbols[left].length) }
  }

  private func parts() -> [PiecePart] {
    var parts: [PiecePart] = []
    for symbol in symbols where symbol.length > 0 {
      append(Int(symbol.start)..<Int(symbol.start + symbol.length), to: &parts)
    }
    return parts
  }

  /// Appends a piece; an unused one in the parts that it was merged from.
  private func append(_ range: Range<Int>, to parts: inout [PiecePart]) {
    var pending = [range]
    while let range = pending.popLast() {
      let id = table.id(of: text[range])
      if table.kind(id) == .unused, let length = cuts[text[range]] {
        pending.append((range.lowerBound + length)..<range.upperBound)
        pending.append(range.lowerBound..<(range.lowerBound + length))
      } else {
        parts.append(PiecePart(id: id, length: range.count))
      }
    }
  }

  /// Two neighbours that are a piece together.
  private struct Candidate {
    var score: Float
    var left: Int32
    var right: Int32
    var length: Int32

    /// Whether this one is merged before `other`.
    func precedes(_ other: Candidate) -> Bool {
      score != other.score ? score > other.score : left < other.left
    }
  }

  private struct CandidateHeap {
    private var elements: [Candidate] = []

    mutating func push(_ candidate: Candidate) {
      elements.append(candidate)
      var child = elements.count - 1
      while child > 0, elements[child].precedes(elements[(child - 1) / 2]) {
        elements.swapAt(child, (child - 1) / 2)
        child = (child - 1) / 2
      }
    }

    mutating func pop() -> Candidate? {
      guard let first = elements.first else { return nil }
      elements.swapAt(0, elements.count - 1)
      elements.removeLast()
      var parent = 0
      while true {
        var best = parent
        for child in (2 * parent + 1)...(2 * parent + 2)
        where child < elements.count && elements[child].precedes(elements[best]) {
          best = child
        }
        if best == parent { return first }
        elements.swapAt(parent, best)
        parent = best
      }
    }
  }
}
