internal import Normalization

/// The characters that the words of a corpus are made of.
struct TrainingAlphabet {
  /// The characters that are kept, in order of their code points.
  let scalars: [Unicode.Scalar]

  /// - Parameters:
  ///   - initial: characters that are included whether they occur or not.
  ///   - limit: how many are kept: the initial ones first, then the most frequent ones, of equally
  ///     frequent ones the lower ones.
  init(_ counts: WordCounts, including initial: Set<Unicode.Scalar>, limit: Int?) {
    var frequencies = Self.frequencies(counts)
    for scalar in initial { frequencies[scalar.value] = .max }
    scalars = Self.mostFrequent(frequencies, limit: limit)
  }

  /// The most frequent characters in order of their code points; of equally frequent ones the lower
  /// ones are taken.
  static func mostFrequent(_ frequencies: [UInt32: Int], limit: Int?) -> [Unicode.Scalar] {
    var kept = frequencies.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key
    }
    if let limit, kept.count > limit { kept.removeLast(kept.count - max(0, limit)) }
    return kept.map(\.key).sorted().compactMap(Unicode.Scalar.init)
  }

  /// How often each character occurs.
  static func frequencies(_ counts: WordCounts) -> [UInt32: Int] {
    var dense = [Int](repeating: 0, count: counts.characterBound)
    for index in 0..<counts.count {
      let occurrences = counts.occurrences(at: index)
      counts.forEachCharacter(ofWordAt: index) { dense[Int($0)] += occurrences }
    }
    var frequencies: [UInt32: Int] = [:]
    for (value, count) in dense.enumerated() where count > 0 { frequencies[UInt32(value)] = count }
    return frequencies
  }
}

extension WordCounts {
  /// One more than the highest code point of all words.
  var characterBound: Int {
    var bound = 0
    for index in 0..<count {
      forEachCharacter(ofWordAt: index) { bound = max(bound, Int($0) + 1) }
    }
    return bound
  }

  /// Calls `body` with the code point of each character of a word, bytes being spelled in the byte
  /// alphabet.
  @inline(__always)
  func forEachCharacter(ofWordAt index: Int, _ body: (UInt32) -> Void) {
    let word = word(at: index)
    if areBytes {
      for byte in word { body(ByteAlphabet.scalar(for: byte).value) }
    } else {
      for (scalar, _) in UTF8Scalars(word) { body(scalar.value) }
    }
  }
}
