/// How often each word of a corpus occurs: what every trainer learns from.
///
/// Words are byte strings, normalized and cut from the text by a tokenizer's own pipeline. They keep
/// the order in which they were first seen, so that the same corpus gives the same counts and the same
/// order whatever the number of threads that read it.
public struct WordCounts: Sendable {
  /// The bytes of every word, one after another.
  private var bytes: [UInt8] = []
  /// Where each word ends in `bytes`.
  private var ends: [Int] = []
  /// How often each word occurs.
  private var counts: [Int] = []
  private var indices: [ArraySlice<UInt8>: Int] = [:]

  /// No words.
  public init() {}

  /// The number of different words.
  public var count: Int { ends.count }

  /// The bytes of the word at `index`, counted in the order of first occurrence.
  public func word(at index: Int) -> ArraySlice<UInt8> {
    bytes[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
  }

  /// How often the word at `index` occurs.
  public func occurrences(at index: Int) -> Int { counts[index] }

  /// Counts `occurrences` more of `word`.
  public mutating func add(_ word: ArraySlice<UInt8>, occurrences: Int = 1) {
    if let index = indices[word] {
      counts[index] += occurrences
      return
    }
    indices[ArraySlice(Array(word))] = ends.count
    bytes.append(contentsOf: word)
    ends.append(bytes.count)
    counts.append(occurrences)
  }
}
