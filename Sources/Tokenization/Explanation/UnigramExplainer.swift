internal import ByteIO
internal import Normalization

/// The score of the way in which a word was cut, and the next best way.
struct UnigramExplainer: Sendable {
  private let vocabulary: Vocabulary
  private let scores: [Double]
  private let unknownScore: Double
  /// The pieces that a text cannot give.
  private let excluded: Set<TokenID>
  private let longestPiece: Int

  /// How much worse than the worst piece an unknown character is, in both libraries.
  private static let unknownPenalty = 10.0

  init(_ model: UnigramDefinition) {
    self.init(
      model.vocabulary, model.scores, lowest: model.scores.min() ?? 0,
      excluded: Set([model.unknownID].compactMap(\.self)))
  }

  init(_ model: SentencePieceDefinition) {
    let normal = model.pieces.filter { $0.kind == .normal }.map { Double($0.score) }
    let excluded = model.pieces.indices.filter {
      model.pieces[$0].kind != .normal && model.pieces[$0].kind != .userDefined
    }
    self.init(
      model.vocabulary, model.pieces.map { Double($0.score) }, lowest: normal.min() ?? 0,
      excluded: Set(excluded.map { TokenID($0) }))
  }

  private init(
    _ vocabulary: Vocabulary, _ scores: [Double], lowest: Double, excluded: Set<TokenID>
  ) {
    self.vocabulary = vocabulary
    self.scores = scores
    unknownScore = lowest - Self.unknownPenalty
    self.excluded = excluded
    longestPiece = vocabulary.entries.reduce(0) { max($0, $1.token.count) }
  }

  /// A way to cut a beginning of the word.
  private struct Path {
    var score = 0.0
    /// Where its last piece begins, and which of the ways to there it goes on.
    var start = 0
    var rank = 0
  }

  /// - Complexity: O(length of the word × length of the longest piece).
  func explain(_ ids: [TokenID], _ names: [[UInt8]]) -> TokenExplanation.Reason {
    let text = word(ids, names)
    guard UTF8Validation.firstInvalidByte(in: text[...]) == nil else { return .unknown }
    let paths = bestPaths(text)
    guard let score = paths[text.count].first?.score else { return .unknown }
    var runnerUp: TokenExplanation.RunnerUp?
    if paths[text.count].count > 1 {
      runnerUp = TokenExplanation.RunnerUp(
        pieces: pieces(text, paths, rank: 1), score: paths[text.count][1].score)
    }
    return .mostProbable(score: score, runnerUp: runnerUp)
  }

  /// What the tokens spell together; bytes of unknown characters are put together again.
  private func word(_ ids: [TokenID], _ names: [[UInt8]]) -> [UInt8] {
    zip(ids, names).flatMap { id, name in
      ByteFallback.byte(name).map { [$0] } ?? name
    }
  }

  /// The two best ways to each position, the better first.
  private func bestPaths(_ text: [UInt8]) -> [[Path]] {
    var paths = [[Path]](repeating: [], count: text.count + 1)
    paths[0] = [Path()]
    for (_, range) in UTF8Scalars(text[...]) {
      let start = range.lowerBound
      var isKnown = false
      for end in (start + 1)...min(text.count, start + max(longestPiece, range.count)) {
        guard let id = vocabulary.id(of: text[start..<end]), !excluded.contains(id) else {
          continue
        }
        extend(&paths, from: start, to: end, by: scores[Int(id)])
        if end == range.upperBound { isKnown = true }
      }
      if !isKnown { extend(&paths, from: start, to: range.upperBound, by: unknownScore) }
    }
    return paths
  }

  private func extend(_ paths: inout [[Path]], from start: Int, to end: Int, by score: Double) {
    for (rank, path) in paths[start].enumerated() {
      let candidate = Path(score: path.score + score, start: start, rank: rank)
      // Of equals the one found first comes first.
      let place = paths[end].firstIndex { $0.score < candidate.score } ?? paths[end].count
      paths[end].insert(candidate, at: place)
      if paths[end].count > 2 { paths[end].removeLast() }
    }
  }

  private func pieces(_ text: [UInt8], _ paths: [[Path]], rank: Int) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var (end, rank) = (text.count, rank)
    while end > 0 {
      let path = paths[end][rank]
      pieces.append(Array(text[path.start..<end]))
      (end, rank) = (path.start, path.rank)
    }
    return pieces.reversed()
  }
}
