internal import ByteIO

/// How much merging shortens texts, for each language and for all.
public struct MergeStatistics: Sendable {
  /// What some texts have.
  public struct Counts: Sendable, Equatable {
    public var texts = 0
    public var bytes = 0
    /// In tokens of the base vocabulary.
    public var baseTokens = 0
    public var mergedTokens = 0
    /// In tokens when nothing is left to merge in their batches.
    public var fewestTokens = 0

    /// By how much merging shortens the texts, in percent.
    public var shortening: Double { Self.share(baseTokens - mergedTokens, of: baseTokens) }
    /// The same when nothing is left to merge.
    public var greatestShortening: Double { Self.share(baseTokens - fewestTokens, of: baseTokens) }

    private static func share(_ part: Int, of whole: Int) -> Double {
      whole == 0 ? 0 : 100 * Double(part) / Double(whole)
    }

    fileprivate mutating func add(_ other: Counts) {
      texts += other.texts
      bytes += other.bytes
      baseTokens += other.baseTokens
      mergedTokens += other.mergedTokens
      fewestTokens += other.fewestTokens
    }
  }

  /// By language, in the order in which they are first seen; `nil` for texts of which the language is not known.
  public private(set) var languages: [(language: String?, counts: Counts)] = []
  public private(set) var all = Counts()
  public private(set) var batches = 0
  /// The merges of all batches.
  public private(set) var merges = 0

  public init() {}

  /// Adds a batch.
  ///
  /// - Parameters:
  ///   - count: the merges that were made of those that are known.
  ///   - texts: the size and the language of each text.
  public mutating func add(
    _ merging: BatchMerging, after count: Int, texts: [(bytes: Int, language: String?)]
  ) {
    batches += 1
    merges += count
    for (index, text) in texts.enumerated() {
      var counts = Counts()
      counts.texts = 1
      counts.bytes = text.bytes
      counts.baseTokens = merging.sequences[index].count
      merging.forEachToken(ofSequence: index, after: count) { _ in counts.mergedTokens += 1 }
      merging.forEachToken(ofSequence: index, after: merging.mergeCount) { _ in
        counts.fewestTokens += 1
      }
      all.add(counts)
      if let place = languages.firstIndex(where: { $0.language == text.language }) {
        languages[place].counts.add(counts)
      } else {
        languages.append((text.language, counts))
      }
    }
  }

  /// One object: `batches`, `merges`, and the counts under `all` and, by language, under `languages`.
  public var json: String {
    let named = languages.compactMap { entry in
      entry.language.map { "\(JSONText.string($0)):\(entry.counts.json)" }
    }
    return "{\"batches\":\(batches),\"merges\":\(merges),\"all\":\(all.json),"
      + "\"languages\":{\(named.joined(separator: ","))}}"
  }
}

extension MergeStatistics.Counts {
  fileprivate var json: String {
    "{\"texts\":\(texts),\"bytes\":\(bytes),\"baseTokens\":\(baseTokens),"
      + "\"mergedTokens\":\(mergedTokens),\"fewestTokens\":\(fewestTokens),"
      + "\"shortening\":\(JSONText.number(shortening)),"
      + "\"greatestShortening\":\(JSONText.number(greatestShortening))}"
  }
}
