internal import Normalization

/// SentencePiece's unigram model (`unigram::Model::EncodeOptimized`): the most probable way to
/// cut a text into pieces.
struct SentencePieceViterbi: Sendable {
  let unknownID: TokenID
  private let trie: PieceTrie
  private let scores: ConstantTable<Float>
  private let unknownScore: Float

  /// How much less probable than the least probable piece an unknown character is.
  private static let unknownPenalty: Float = 10

  init(_ definition: SentencePieceDefinition, _ table: PieceTable) {
    unknownID = table.unknownID
    trie = PieceTrie(
      table.texts.entries.lazy.filter { table.kind($0.id) != .unused }
        .map { (Array($0.token), Int32($0.id)) })
    let normal = definition.pieces.filter { $0.kind == .normal }.map(\.score)
    unknownScore = (normal.min() ?? .greatestFiniteMagnitude) - Self.unknownPenalty
    // The reference's maximum starts at C's FLT_MIN, which is the least positive number.
    let maximum = max(normal.max() ?? 0, .leastNormalMagnitude)
    // A user-defined piece is to win always.
    scores = ConstantTable(
      definition.pieces.map { piece in
        piece.kind == .userDefined
          ? Float(Double(Float(piece.text.count) * maximum) - 0.1) : piece.score
      })
  }

  /// What a piece, or the unknown one, adds to the score of a path.
  @inline(__always)
  func score(_ id: TokenID) -> Float { id == unknownID ? unknownScore : scores[Int(id)] }

  /// The best way found to a position of the text.
  struct Arrival: BitwiseCopyable {
    var id: TokenID = 0
    /// The position its last piece begins at; negative while no way is known.
    var start: Int32 = -1
    var score: Float = 0
    /// The score of the second best way.
    var second: Float = -.infinity

    @inline(__always)
    mutating func improve(_ id: TokenID, _ score: Float, from start: Int) {
      // Sums are in single precision: among equal ways the one found first counts, and rounding
      // decides which are equal.
      if self.start < 0 || score > self.score {
        if self.start >= 0 { second = self.score }
        self.id = id
        self.score = score
        self.start = Int32(truncatingIfNeeded: start)
      } else {
        second = max(second, score)
      }
    }
  }

  /// The ways through a text, and the best of them from right to left.
  struct Lattice: ~Copyable {
    fileprivate var arrivals = RawList<Arrival>()
    fileprivate(set) var reversedParts = RawList<SentencePieceProcessor.Part>()
    /// The score at the end of the text.
    fileprivate(set) var score: Float = 0
    /// By how much every piece of the best way won at least.
    fileprivate(set) var leastLead: Float = .infinity
    /// The greatest magnitude of any score.
    fileprivate(set) var magnitude: Float = 0

    mutating func shrink() {
      arrivals.shrink(to: 1 << 16)
      reversedParts.shrink(to: 1 << 16)
    }
  }

  /// The pieces of a normalized text.
  ///
  /// - Parameter score: the score of what stands before the text; that of all afterwards.
  func encode(_ text: [UInt8], score total: inout Float) -> [SentencePieceProcessor.Part] {
    var lattice = Lattice()
    text.withUnsafeBufferPointer { walk($0, from: total, &lattice) }
    total = lattice.score
    return lattice.reversedParts.elements.reversed()
  }

  /// Finds the best way through a normalized text.
  ///
  /// - Parameter score: the score of what stands before it.
  /// - Complexity: O(length of the text × length of the longest piece).
  func walk(_ text: UnsafeBufferPointer<UInt8>, from score: Float, _ lattice: inout Lattice) {
    lattice.arrivals.removeAll()
    lattice.arrivals.reserve(text.count + 1)
    lattice.arrivals.count = text.count + 1
    let arrivals = lattice.arrivals.base
    arrivals.update(repeating: Arrival(), count: text.count + 1)
    arrivals[0].score = score
    lattice.magnitude = abs(score)
    var start = 0
    while start < text.count {
      let length = min(UTF8.sequenceLength(lead: text[start]), text.count - start)
      let here = arrivals[start].score
      lattice.magnitude = max(lattice.magnitude, abs(here))
      var hasCharacter = false
      var node: PieceTrie.Node = 0
      var end = start
      while end < text.count, let next = trie.child(of: node, text[end]) {
        node = next
        end += 1
        guard let value = trie.value(at: node) else { continue }
        arrivals[end].improve(TokenID(value), scores[Int(value)] + here, from: start)
        if end - start == length { hasCharacter = true }
      }
      if !hasCharacter {
        arrivals[start + length].improve(unknownID, unknownScore + here, from: start)
      }
      start += length
    }
    lattice.score = arrivals[text.count].score
    lattice.magnitude = max(lattice.magnitude, abs(lattice.score))
    findParts(&lattice, text.count)
  }

  private func findParts(_ lattice: inout Lattice, _ count: Int) {
    lattice.reversedParts.removeAll()
    lattice.leastLead = .infinity
    var end = count
    while end > 0 {
      let arrival = lattice.arrivals.base[end]
      lattice.leastLead = min(lattice.leastLead, arrival.score - arrival.second)
      lattice.reversedParts.append(
        SentencePieceProcessor.Part(id: arrival.id, length: end - Int(arrival.start)))
      end = Int(arrival.start)
    }
  }
}
