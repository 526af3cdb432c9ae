internal import Tokenization

/// One merge of a batch.
public struct BatchMerge: Sendable, Equatable {
  /// One of the two that merge.
  public enum Part: Sendable, Equatable {
    case surface([UInt8])
    /// What an earlier merge made, by its rank, where that is long: in a word of n tokens that occurs once, surfaces
    /// would add up to n² bytes.
    case result(of: Int)
  }
  /// The number of the merge, from 1 on.
  public let rank: Int
  public let left: Part
  public let right: Part
  /// How often the pair stood in the batch when it was the most frequent, overlaps included.
  public let count: Int
  /// How often it was replaced, and so by how many tokens the batch became shorter.
  public let replaced: Int
}

/// All merges of a batch in their order, and with them the batch after any number of them.
///
/// A batch is merged once; how far it is wanted merged can be asked afterwards.
public struct BatchMerging: Sendable {
  /// The batch in base tokens.
  public let sequences: [BaseSequence]
  let words: BatchWords
  let vocabulary: MergeVocabulary
  private let surfaces: SurfaceTable
  private let numberedMerges: [MergeEngine.NumberedMerge]
  /// For each symbol: the merge that made it first, from 1 on; 0 for a base token.
  private let makers: [UInt32]
  /// For each position of `words.tokens`: the merge that joined it to what stands before it.
  private let joinedBy: [UInt32]
  /// The tokens of the batch after each number of merges, from 0 on.
  private let lengths: [Int]

  init(
    _ sequences: [BaseSequence], _ words: BatchWords, _ vocabulary: MergeVocabulary,
    _ engine: MergeEngine
  ) {
    self.sequences = sequences
    self.words = words
    self.vocabulary = vocabulary
    surfaces = engine.surfaces
    numberedMerges = engine.merges
    var makers = [UInt32](repeating: 0, count: engine.surfaces.count)
    for (index, merge) in engine.merges.enumerated().reversed() {
      makers[Int(merge.result)] = UInt32(index + 1)
    }
    self.makers = makers
    joinedBy = engine.joinedBy
    var length = words.baseLength
    lengths =
      [length]
      + engine.merges.map { merge in
        length -= Int(merge.replaced)
        return length
      }
  }

  /// The number of merges that were made.
  public var mergeCount: Int { numberedMerges.count }

  /// A merge.
  ///
  /// - Parameter index: one less than its rank.
  public func merge(_ index: Int) -> BatchMerge {
    let merge = numberedMerges[index]
    return BatchMerge(
      rank: index + 1, left: part(merge.left, before: index),
      right: part(merge.right, before: index), count: Int(merge.count),
      replaced: Int(merge.replaced))
  }

  /// Longer surfaces are told by the merge that made them.
  private static let longestSurface = 256

  private func part(_ symbol: UInt32, before index: Int) -> BatchMerge.Part {
    let range = surfaces.range(of: symbol)
    let maker = Int(makers[Int(symbol)])
    return range.count > Self.longestSurface && (1...max(index, 1)).contains(maker)
      ? .result(of: maker) : .surface(Array(surfaces.text[range]))
  }

  /// All merges.
  public var merges: [BatchMerge] { (0..<mergeCount).map(merge) }

  // MARK: Lengths

  /// The number of tokens of all sequences after so many merges.
  public func length(after merges: Int) -> Int { lengths[min(merges, mergeCount)] }

  /// By how much so many merges make the batch shorter, in percent of what all merges do; 100 when there are none
  /// to make.
  public func reduction(after merges: Int) -> Double {
    let most = lengths[0] - lengths[mergeCount]
    return most == 0 ? 100 : 100 * Double(lengths[0] - length(after: merges)) / Double(most)
  }

  /// The smallest number of merges with at least this reduction.
  public func mergeCount(forReduction percent: Double) -> Int {
    var (low, high) = (0, mergeCount)
    while low < high {
      let middle = (low + high) / 2
      if reduction(after: middle) >= percent { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// How many merges a limit stands for.
  public func mergeCount(for limit: MergeLimit) -> Int {
    switch limit {
    case .merges(let count): min(count, mergeCount)
    case .reduction(let percent): mergeCount(forReduction: percent)
    case .wordLevel: mergeCount
    }
  }

  // MARK: Tokens

  /// Calls `body` with the merged tokens of a sequence, each as a range of base tokens.
  public func forEachToken(
    ofSequence index: Int, after merges: Int, _ body: (Range<Int>) -> Void
  ) {
    var place = 0
    // What lies between the runs of several tokens are tokens by themselves.
    func passSingles(to end: Int) {
      while place < end {
        body(place..<(place + 1))
        place += 1
      }
    }
    let range = words.occurrenceStarts[index]..<words.occurrenceStarts[index + 1]
    for occurrence in words.occurrences[range] {
      passSingles(to: Int(occurrence.first))
      let run = words.range(of: occurrence.word)
      let shift = place - run.lowerBound
      for position in run.dropFirst() where joinedBy[position] > merges {
        body(place..<(position + shift))
        place = position + shift
      }
      body(place..<(run.upperBound + shift))
      place = run.upperBound + shift
    }
    passSingles(to: sequences[index].count)
  }
}

/// How far a batch is merged.
public enum MergeLimit: Sendable, Equatable {
  /// By at most so many merges.
  case merges(Int)
  /// By the fewest merges with at least this share, in percent, of the reduction that is possible.
  case reduction(Double)
  /// Until nothing is left to merge.
  case wordLevel
}
