/// How the tokens of batches become fewer with every merge.
///
/// Batches are merged by themselves; a point is what all of them have after so many merges each, or when nothing is
/// left to merge in them.
public struct ReductionCurve: Sendable, Equatable {
  /// A number of merges in each batch, and the tokens of all batches after them.
  public struct Point: Sendable, Equatable {
    public let merges: Int
    public var tokens: Int
  }
  /// All texts.
  public private(set) var texts = 0
  private var tokens = [Int](repeating: 0, count: places.count)
  private var mostMerges = 0

  /// Every number of merges up to 20, and then ever larger steps of about a twelfth.
  private static let places: [Int] = {
    var places = Array(0...20)
    while places[places.count - 1] < 1 << 31 {
      let last = places[places.count - 1]
      places.append(last + last / 12)
    }
    return places
  }()

  public init() {}

  /// Adds a batch of which all merges are known.
  public mutating func add(_ merging: BatchMerging) {
    texts += merging.sequences.count
    mostMerges = max(mostMerges, merging.mergeCount)
    for (index, merges) in Self.places.enumerated() {
      tokens[index] += merging.length(after: merges)
    }
  }

  /// The points up to the one from which on nothing changes.
  public var points: [Point] {
    var points: [Point] = []
    for (merges, tokens) in zip(Self.places, tokens) {
      points.append(Point(merges: min(merges, mostMerges), tokens: tokens))
      if merges >= mostMerges { break }
    }
    return points
  }

  /// The share of what merging can save that a point saves, in percent.
  func reduction(_ point: Point) -> Double {
    guard let most = points.last, let all = points.first, all.tokens > most.tokens else {
      return 100
    }
    return 100 * Double(all.tokens - point.tokens) / Double(all.tokens - most.tokens)
  }

  /// A line for every point: merges, tokens, tokens per text, the reduction in percent of the greatest possible, and
  /// the tokens in percent of those without merges.
  public var csv: String {
    let points = points
    let all = Double(max(points.first?.tokens ?? 0, 1))
    let lines = points.map { point in
      let perText = Double(point.tokens) / Double(max(texts, 1))
      let share = 100 * Double(point.tokens) / all
      return "\(point.merges),\(point.tokens),\(perText),\(reduction(point)),\(share)"
    }
    return (["merges,tokens,tokens_per_text,reduction_percent,tokens_percent"] + lines)
      .joined(separator: "\n") + "\n"
  }
}
