/// A word in characters and its counts.
struct TrainingWord {
  var bytes: ArraySlice<UInt8>
  var inner: Int
  var final: Int

  /// Its characters; malformed bytes are replaced.
  var scalars: String.UnicodeScalarView { String(decoding: bytes, as: UTF8.self).unicodeScalars }

  /// The different words of a corpus in the order of their first occurrence before another word,
  /// then of those only at the ends of lines.
  ///
  /// - Parameter followersVary: whether the words before which a word stands begin differently, since
  ///   they have no mark of a space in front. To tell so, one of its occurrences is counted as the
  ///   last of a line.
  static func words(of corpus: UnigramCorpus, followersVary: Bool) -> [TrainingWord] {
    var words: [TrainingWord] = []
    var places: [ArraySlice<UInt8>: Int] = [:]
    for index in 0..<corpus.inner.count {
      let word = corpus.inner.word(at: index)
      places[word] = words.count
      words.append(
        TrainingWord(bytes: word, inner: corpus.inner.occurrences(at: index), final: 0))
    }
    for index in 0..<corpus.final.count {
      let word = corpus.final.word(at: index)
      let occurrences = corpus.final.occurrences(at: index)
      if let place = places[word] {
        words[place].final = occurrences
      } else {
        words.append(TrainingWord(bytes: word, inner: 0, final: occurrences))
      }
    }
    if followersVary {
      for index in words.indices where words[index].inner > 1 && words[index].final == 0 {
        words[index].inner -= 1
        words[index].final = 1
      }
    }
    return words
  }
}
