internal import ArgumentParser
internal import Graft

/// What offsets count.
enum OffsetUnit: String, ExpressibleByArgument, CaseIterable {
  case byte, char

  /// The ranges in this unit.
  ///
  /// - Parameters:
  ///   - ranges: byte ranges on scalar boundaries of `text`.
  func convert(_ ranges: [Range<Int>], in text: String) -> [Range<Int>] {
    guard self == .char else { return ranges }
    // The number of scalars that begin before each byte.
    var counts: [Int] = []
    var count = 0
    for byte in text.utf8 {
      counts.append(count)
      if !UTF8.isContinuation(byte) { count += 1 }
    }
    counts.append(count)
    return ranges.map { counts[$0.lowerBound]..<counts[$0.upperBound] }
  }
}
