internal import ByteIO
internal import Normalization

/// The merges that make the tokens of a word, in the order in which they are made.
struct BytePairExplainer: Sendable {
  private let model: BPEDefinition
  private let ranks: [Pair: (rank: Int, result: TokenID)]

  private struct Pair: Hashable {
    var left: TokenID
    var right: TokenID
  }

  init(_ model: BPEDefinition) {
    self.model = model
    var ranks: [Pair: (rank: Int, result: TokenID)] = [:]
    ranks.reserveCapacity(model.merges.count)
    var rank = -1
    var previous: TokenID?
    for merge in model.merges {
      if !model.mergesShareRanks || merge.result != previous { rank += 1 }
      previous = merge.result
      ranks[Pair(left: merge.left, right: merge.right)] = (rank, merge.result)
    }
    self.ranks = ranks
  }

  /// - Parameter ids: the tokens of one word.
  func explain(_ ids: [TokenID]) -> TokenExplanation.Reason {
    if ids.count == 1, model.ignoresMerges { return .wholeWord }
    var symbols = ids.indices.flatMap { characters(of: ids, at: $0) }
    var steps: [TokenExplanation.MergeStep] = []
    while let (place, found) = lowest(symbols) {
      steps.append(
        TokenExplanation.MergeStep(
          left: symbols[place], right: symbols[place + 1], result: found.result,
          rank: found.rank))
      symbols.replaceSubrange(place...(place + 1), with: [found.result])
    }
    if steps.isEmpty, ids.allSatisfy(isUnknown) { return .unknown }
    return ids.count == 1 && steps.isEmpty ? .wholeWord : .merges(steps)
  }

  /// The merge that is made next: that of the lowest rank, the leftmost of equals.
  private func lowest(_ symbols: [TokenID]) -> (Int, (rank: Int, result: TokenID))? {
    var best: (place: Int, found: (rank: Int, result: TokenID))?
    for place in symbols.indices.dropLast() {
      let pair = Pair(left: symbols[place], right: symbols[place + 1])
      if let found = ranks[pair], found.rank < best?.found.rank ?? .max { best = (place, found) }
    }
    return best.map { ($0.place, $0.found) }
  }

  private func isUnknown(_ id: TokenID) -> Bool {
    guard let name = model.unknownToken else { return false }
    return model.vocabulary.id(of: Array(name.utf8)) == id
  }

  /// The tokens of single characters that a token was made from.
  private func characters(of ids: [TokenID], at index: Int) -> [TokenID] {
    let id = ids[index]
    guard let spelled = model.vocabulary.token(id), !isUnknown(id),
      UTF8Validation.firstInvalidByte(in: spelled) == nil,
      ByteFallback.byte(spelled) == nil || !model.fallsBackToBytes
    else { return [id] }
    let prefix = Array((model.continuingPrefix ?? "").utf8)
    let suffix = Array((model.endOfWordSuffix ?? "").utf8)
    var content = spelled
    if index > 0, !prefix.isEmpty, content.starts(with: prefix) {
      content = content.dropFirst(prefix.count)
    }
    if index == ids.count - 1, !suffix.isEmpty, content.count > suffix.count,
      content.suffix(suffix.count).elementsEqual(suffix)
    {
      content = content.dropLast(suffix.count)
    }
    var symbols: [TokenID] = []
    for (_, range) in UTF8Scalars(content) {
      var symbol = Array(content[range])
      if index > 0 || range.lowerBound > content.startIndex { symbol = prefix + symbol }
      if index == ids.count - 1, range.upperBound == content.endIndex { symbol += suffix }
      guard let id = model.vocabulary.id(of: symbol) else { return [ids[index]] }
      symbols.append(id)
    }
    return symbols
  }
}

/// The merges of a model of the sentencepiece library, which have the scores of their results instead of
/// ranks.
struct PieceMergingExplainer: Sendable {
  private let model: SentencePieceDefinition
  private let vocabulary: Vocabulary

  init(_ model: SentencePieceDefinition) {
    self.model = model
    vocabulary = model.vocabulary
  }

  func explain(_ ids: [TokenID]) -> TokenExplanation.Reason {
    var symbols = ids.flatMap(characters)
    var steps: [TokenExplanation.MergeStep] = []
    while let (place, result) = best(symbols) {
      steps.append(
        TokenExplanation.MergeStep(
          left: symbols[place], right: symbols[place + 1], result: result, rank: nil,
          score: model.pieces[Int(result)].score))
      symbols.replaceSubrange(place...(place + 1), with: [result])
    }
    return .merges(steps)
  }

  /// The merge that is made next: that of the highest score, the leftmost of equals.
  private func best(_ symbols: [TokenID]) -> (Int, TokenID)? {
    var best: (place: Int, result: TokenID)?
    for place in symbols.indices.dropLast() {
      let (left, right) = (model.pieces[Int(symbols[place])], model.pieces[Int(symbols[place + 1])])
      guard merges(left), merges(right), let result = vocabulary.id(of: left.text + right.text),
        merges(model.pieces[Int(result)])
      else { continue }
      let score = model.pieces[Int(result)].score
      if best.map({ score > model.pieces[Int($0.result)].score }) ?? true { best = (place, result) }
    }
    return best.map { ($0.place, $0.result) }
  }

  private func merges(_ piece: SentencePieceDefinition.Piece) -> Bool {
    piece.kind == .normal || piece.kind == .unused
  }

  private func characters(_ id: TokenID) -> [TokenID] {
    guard Int(id) < model.pieces.count, merges(model.pieces[Int(id)]) else { return [id] }
    let text = model.pieces[Int(id)].text
    guard UTF8Validation.firstInvalidByte(in: text[...]) == nil else { return [id] }
    let symbols = UTF8Scalars(text).compactMap { vocabulary.id(of: Array(text[$0.range])) }
    return symbols.isEmpty ? [id] : symbols
  }
}
