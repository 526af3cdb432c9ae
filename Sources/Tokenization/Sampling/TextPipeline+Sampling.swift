extension TextPipeline {
  /// The tokens of one text that is cut at random, before any post-processing.
  func sampledTokens(
    of text: [UInt8], _ sampling: TokenSampling, matchesAddedTokens: Bool,
    using generator: inout some RandomNumberGenerator
  ) throws(TokenizerError) -> Encoding {
    var copy = generator
    defer { generator = copy }
    switch (sampling, encoder) {
    case (.dropout(let dropout), .bytePair(let model)):
      return try tokens(of: text, typeID: 0, matchesAddedTokens: matchesAddedTokens) {
        piece, isBytes, output throws(TokenizerError) in
        try model.encode(piece, isBytes: isBytes, dropout: dropout, using: &copy, into: &output)
      }
    case (.unigram(let alpha), .unigram(let model)):
      return try tokens(of: text, typeID: 0, matchesAddedTokens: matchesAddedTokens) {
        piece, _, output throws(TokenizerError) in
        let lattice = try model.lattice(of: piece)
        let path = lattice.sample(alpha: Double(alpha), using: &copy)
        try model.append(lattice.pieces(path), of: piece, into: &output)
      }
    case (.nBest(let count, let alpha), .unigram):
      let best = try best(count, of: text, matchesAddedTokens: matchesAddedTokens)
      guard !best.isEmpty else { return Encoding() }
      let index = sampleIndex(
        ofScores: best.map(\.score), alpha: Double(alpha), using: &copy)
      return best[index].encoding
    default: throw .unavailable("a model that can be sampled from in this way")
    }
  }

  /// The best ways to cut a text, before any post-processing.
  func best(
    _ count: Int, of text: [UInt8], matchesAddedTokens: Bool
  ) throws(TokenizerError) -> [(encoding: Encoding, score: Double)] {
    guard case .unigram(let model) = encoder else {
      throw .unavailable("the best ways to cut a text, which only unigram models rank")
    }
    guard count > 0 else { return [] }
    // The best ways of each piece, then those of all pieces so far, each with its choices.
    var pieces: [[[SegmentationLattice<Double>.Node]]] = []
    var ways: [(choices: [Int], score: Double)] = [([], 0)]
    _ = try tokens(of: text, typeID: 0, matchesAddedTokens: matchesAddedTokens) {
      piece, _, _ throws(TokenizerError) in
      let lattice = try model.lattice(of: piece)
      let best = lattice.best(count)
      pieces.append(best.map { lattice.pieces($0.path) })
      ways = Self.combined(ways, best.map(\.score), count)
    }
    var result: [(encoding: Encoding, score: Double)] = []
    for way in ways {
      var index = 0
      let encoding = try tokens(of: text, typeID: 0, matchesAddedTokens: matchesAddedTokens) {
        piece, _, output throws(TokenizerError) in
        try model.append(pieces[index][way.choices[index]], of: piece, into: &output)
        index += 1
      }
      result.append((encoding, way.score))
    }
    return result
  }

  /// The best sums of a way so far and a choice for the next piece.
  private static func combined(
    _ ways: [(choices: [Int], score: Double)], _ scores: [Double], _ count: Int
  ) -> [(choices: [Int], score: Double)] {
    var agenda = BinaryHeap<(score: Double, way: Int, choice: Int)> { $0.score < $1.score }
    for (index, way) in ways.enumerated() where !scores.isEmpty {
      agenda.push((way.score + scores[0], index, 0))
    }
    var result: [(choices: [Int], score: Double)] = []
    while result.count < count, let (score, way, choice) = agenda.pop() {
      result.append((ways[way].choices + [choice], score))
      if choice + 1 < scores.count {
        agenda.push((ways[way].score + scores[choice + 1], way, choice + 1))
      }
    }
    return result
  }
}
