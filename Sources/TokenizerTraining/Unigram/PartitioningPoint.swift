extension Range<Int> {
  /// The first number for which `predicate` is true, when it is true for all after it; the end of the
  /// range when it is true for none.
  ///
  /// - Complexity: O(log `count`).
  func partitioningPoint(_ predicate: (Int) -> Bool) -> Int {
    var low = lowerBound
    var high = upperBound
    while low < high {
      let middle = (low + high) / 2
      if predicate(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
