internal import Normalization

/// How merges put a short text together when it stands by itself.
///
/// What byte-pair merging does between two borders that no merge crosses depends on nothing outside
/// them. So two neighbours can only meet in a text if they meet when they are the whole text, and a
/// token is made from its characters in one way at most: the one that is found here.
struct IsolatedMerging {
  /// What is left when nothing more merges, as ranges of the text.
  private(set) var parts: [Range<Int>]
  /// Where the last two parts that were merged met; `nil` when none were.
  private(set) var lastCut: Int?

  /// - Parameters:
  ///   - count: merging ends as soon as so many parts are left.
  ///   - rank: of the merge of the text from the first position to the last, which is cut at the
  ///     second; the lowest is made first, the leftmost among equals. `nil` where there is none.
  /// - Complexity: O(n²) in the length of the text.
  init(
    _ text: ArraySlice<UInt8>, downTo count: Int = 1,
    rank: (_ start: Int, _ cut: Int, _ end: Int) -> Int?
  ) {
    parts = UTF8Scalars(text).map(\.range)
    func rankAfter(_ index: Int) -> Int {
      guard index >= 0, index + 1 < parts.count else { return .max }
      return rank(parts[index].lowerBound, parts[index].upperBound, parts[index + 1].upperBound)
        ?? .max
    }
    var ranks = parts.indices.map(rankAfter)
    while parts.count > max(1, count), let best = ranks.min(), best < .max,
      let index = ranks.firstIndex(of: best)
    {
      lastCut = parts[index].upperBound
      parts[index] = parts[index].lowerBound..<parts[index + 1].upperBound
      parts.remove(at: index + 1)
      ranks.remove(at: index + 1)
      ranks[index] = rankAfter(index)
      if index > 0 { ranks[index - 1] = rankAfter(index - 1) }
    }
  }
}
