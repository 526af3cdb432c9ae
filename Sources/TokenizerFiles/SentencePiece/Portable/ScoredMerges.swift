internal import Normalization
internal import Tokenization

/// The merges of a model of the sentencepiece library that merges by scores (`bpe::Model`), as a list.
///
/// The library merges any neighbours that together are a piece, the best score first. Since each
/// piece is made in one way at most (see `IsolatedMerging`), a list with that one way per piece, in
/// the order of the scores, does the same.
struct ScoredMerges {
  private(set) var merges: [BPEDefinition.Merge] = []
  /// What the list does not say, each a sentence.
  private(set) var losses: [String] = []
  /// The first token of every piece or reserved text that merging does not make as a whole.
  private(set) var firstParts: [[UInt8]: [UInt8]] = [:]

  private let model: SentencePieceDefinition
  /// The pieces that merges make.
  private let texts: Vocabulary
  /// The places of the pieces in the order of the scores; equal scores have equal places.
  private let ranks: [TokenID: Int]

  private struct Way {
    var merge: BPEDefinition.Merge
    var rank: Int
    var length: Int
  }

  /// - Parameter frozen: the texts that merge with nothing.
  init(_ model: SentencePieceDefinition, frozen: ByteTrie) {
    self.model = model
    let normal = model.pieces.indices.filter { model.pieces[$0].kind == .normal }
    texts = Vocabulary(normal.map { (token: model.pieces[$0].text, id: TokenID($0)) })
    var ranks: [TokenID: Int] = [:]
    let scores = Set(normal.map { model.pieces[$0].score }).sorted(by: >)
    let places = Dictionary(uniqueKeysWithValues: scores.enumerated().map { ($1, $0) })
    for id in normal { ranks[TokenID(id)] = places[model.pieces[id].score] }
    self.ranks = ranks
    var ways: [Way] = []
    for id in normal where model.algorithm == .bpe {
      let text = model.pieces[id].text
      if text.indices.contains(where: { frozen.longestMatch(in: text, at: $0) > 0 }) { continue }
      if let way = way(to: TokenID(id), text) { ways.append(way) }
    }
    ways.sort { ($0.rank, $1.length, $0.merge.result) < ($1.rank, $0.length, $1.merge.result) }
    merges = ways.map(\.merge)
    checkTies(ways)
    if model.algorithm == .bpe, model.pieces.contains(where: { $0.kind == .unused }) {
      losses.append(
        "the unused pieces: sentencepiece merges them and takes them apart again, so that their "
          + "neighbours may be cut differently")
    }
  }

  /// The parts of a text after merging.
  func parts(of text: [UInt8]) -> [ArraySlice<UInt8>] {
    IsolatedMerging(text[...]) { rank(text, $0, $2) }.parts.map { text[$0] }
  }

  private func rank(_ text: [UInt8], _ start: Int, _ end: Int) -> Int? {
    texts.id(of: text[start..<end]).flatMap { ranks[$0] }
  }

  private mutating func way(to id: TokenID, _ text: [UInt8]) -> Way? {
    let merging = IsolatedMerging(text[...]) { rank(text, $0, $2) }
    guard merging.parts.count == 1 else {
      firstParts[text] = merging.parts.first.map { Array(text[$0]) }
      return nil
    }
    guard let cut = merging.lastCut, let rank = ranks[id] else { return nil }
    guard let left = texts.id(of: text[..<cut]), let right = texts.id(of: text[cut...]) else {
      losses.append(
        "the piece `\(String(decoding: text, as: UTF8.self))`: it is made from a character that is "
          + "no piece, and cannot be merged")
      return nil
    }
    return Way(
      merge: .init(left: left, right: right, result: id), rank: rank, length: text.count)
  }

  // MARK: Equal scores

  /// Of equal scores the library takes the leftmost; a list has an order. Where that can make a
  /// difference, it is a loss.
  private mutating func checkTies(_ ways: [Way]) {
    var start = 0
    while start < ways.count {
      let rank = ways[start].rank
      let end = ways[start...].firstIndex { $0.rank != rank } ?? ways.endIndex
      if end - start > 1, !isDecided(ways[start..<end], among: ways) {
        losses.append(
          "which of \(end - start) pieces with the score \(score(ways[start])) is merged first: "
            + "sentencepiece takes the leftmost in the text, a list of merges one before the other")
      }
      start = end
    }
  }

  private func score(_ way: Way) -> Float { model.pieces[Int(way.merge.result)].score }

  /// Whether the order within a list of equals makes no difference to any text.
  private func isDecided(_ ways: ArraySlice<Way>, among all: [Way]) -> Bool {
    let results = Set(ways.map(\.merge.result))
    let grows = all.contains { way in
      way.rank <= (ways.first?.rank ?? 0)
        && (results.contains(way.merge.left) || results.contains(way.merge.right))
    }
    if grows { return areRuns(ways) }
    // None makes another: only neighbours that overlap compete.
    var byLeft: [TokenID: [Way]] = [:]
    for way in ways { byLeft[way.merge.left, default: []].append(way) }
    return ways.allSatisfy { first in
      (byLeft[first.merge.right] ?? []).allSatisfy { second in
        first.merge == second.merge || !meet(first, second)
      }
    }
  }

  /// Whether two merges ever compete for the token between them.
  private func meet(_ first: Way, _ second: Way) -> Bool {
    let ids = [first.merge.left, first.merge.right, second.merge.right]
    let tokens = ids.map { model.pieces[Int($0)].text }
    let text = Array(tokens.joined())
    let merging = IsolatedMerging(text[...], downTo: 3) { rank(text, $0, $2) }
    return merging.parts.map(\.count) == tokens.map(\.count)
  }

  /// Whether the pieces are runs of one character that the list, longest first, builds as the
  /// leftmost-first rule does. A run as long as the longest piece is never touched again, so that a
  /// few times that length shows every case.
  private func areRuns(_ ways: ArraySlice<Way>) -> Bool {
    guard let first = ways.first, let longest = ways.map(\.length).max() else { return true }
    let text = model.pieces[Int(first.merge.result)].text
    let unit = Array(text.prefix(UTF8.sequenceLength(lead: text.first ?? 0)))
    let areAlike = ways.allSatisfy { way in
      let piece = model.pieces[Int(way.merge.result)].text
      return piece.count % unit.count == 0
        && piece == Array(repeatElement(unit, count: piece.count / unit.count).joined())
    }
    guard areAlike, ways.count < 256 else { return false }
    let places = Dictionary(
      uniqueKeysWithValues: ways.enumerated().map { ($0.element.merge.result, $0.offset) })
    return (2...(longest / unit.count * 3 + 2)).allSatisfy { count in
      let run = Array(repeatElement(unit, count: count).joined())
      let leftmost = IsolatedMerging(run[...]) { rank(run, $0, $2) }
      let listed = IsolatedMerging(run[...]) { start, cut, end in
        guard let id = texts.id(of: run[start..<end]), let place = places[id] else { return nil }
        let merge = ways[ways.startIndex + place].merge
        let isListed =
          texts.id(of: run[start..<cut]) == merge.left
          && texts.id(of: run[cut..<end]) == merge.right
        return isListed ? place : nil
      }
      return leftmost.parts == listed.parts
    }
  }
}
