/// Byte offsets as the reference library counts them.
public enum ScalarOffsets {
  /// The byte ranges of `text`, on scalar boundaries, counted in Unicode scalars.
  public static func convert(_ ranges: [Range<Int>], in text: String) -> [Range<Int>] {
    var scalarsBefore: [Int] = []
    var count = 0
    for byte in text.utf8 {
      scalarsBefore.append(count)
      if !UTF8.isContinuation(byte) { count += 1 }
    }
    scalarsBefore.append(count)
    return ranges.map { scalarsBefore[$0.lowerBound]..<scalarsBefore[$0.upperBound] }
  }
}
