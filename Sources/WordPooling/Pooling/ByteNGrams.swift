/// The byte n-grams of a word, hashed into a fixed number of buckets (Bojanowski et al. 2017, over bytes).
public struct ByteNGrams: Sendable, Equatable {
  /// The lengths of the n-grams; marks at both ends of the word count as bytes.
  public let lengths: ClosedRange<Int>
  public let bucketCount: Int

  /// - Parameter bucketCount: at least 1.
  public init(lengths: ClosedRange<Int> = 1...4, bucketCount: Int) {
    precondition(bucketCount > 0 && lengths.lowerBound > 0)
    self.lengths = lengths
    self.bucketCount = bucketCount
  }

  /// The buckets of a word's n-grams, one for each occurrence.
  public func buckets(of word: some Sequence<UInt8>) -> [Int] {
    // Numbers beyond bytes, so that the marks are no text.
    let symbols: [UInt64] = [256] + word.map { UInt64($0) } + [257]
    var result: [Int] = []
    for start in symbols.indices {
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for length in 1...lengths.upperBound where start + length <= symbols.count {
        hash = (hash ^ symbols[start + length - 1]) &* 0x100_0000_01B3
        guard lengths.contains(length) else { continue }
        // A mark by itself tells nothing.
        if length == 1, symbols[start] > 255 { continue }
        var mixed = (hash ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
        mixed ^= mixed >> 32
        result.append(Int(mixed % UInt64(bucketCount)))
      }
    }
    return result
  }
}
