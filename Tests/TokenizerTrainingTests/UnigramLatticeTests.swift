import Glibc
import TestSupport
import Testing

@testable import TokenizerTraining

@Suite struct UnigramLatticeTests {
  /// The beginning of a training, and the pieces by their spelling.
  struct Start {
    var text: TrainingText
    var lattices: WordLattices
    var model: PieceModel
    var words: [(text: [Unicode.Scalar], count: Int)]

    init(_ words: [(String, Int)], coverage: Float = 1, pieces: Int = 1000) throws {
      var corpus = UnigramCorpus()
      for (word, count) in words { corpus.add([ArraySlice(word.utf8)], occurrences: count) }
      for (word, count) in words where count % 2 == 0 {
        corpus.add([ArraySlice(word.utf8), ArraySlice(word.utf8)], occurrences: count)
      }
      var settings = UnigramTrainerSettings()
      settings.characterCoverage = coverage
      settings.seedSize = pieces
      settings.seedRule = .characters
      let counted = TrainingWord.words(of: corpus, followersVary: false)
      let alphabet = RequiredCharacters(counted, settings)
      text = try TrainingText(counted, alphabet)
      let seed = SeedPieces(text, alphabet, settings)
      lattices = WordLattices(text, seed)
      model = lattices.model(text, seed)
      self.words = counted.map { (Array($0.scalars), $0.inner + $0.final) }
    }

    func spelling(_ piece: Int) -> [Unicode.Scalar] {
      let start = Int(model.positions[piece])
      let bytes = text.spelling(start..<(start + Int(model.lengths[piece])))
      return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    var pieces: [[Unicode.Scalar]: Int] {
      Dictionary(uniqueKeysWithValues: (0..<model.count).map { (spelling($0), $0) })
    }

    mutating func drop(where isDropped: (Int) -> Bool) {
      lattices.renumber(model.keep((0..<model.count).map { !isDropped($0) }))
    }
  }

  /// All segmentations of a word as lists of pieces; −1 stands for an unknown character.
  static func segmentations(
    _ word: ArraySlice<Unicode.Scalar>, _ pieces: [[Unicode.Scalar]: Int]
  ) -> [[Int]] {
    guard let first = word.first else { return [[]] }
    var result: [[Int]] = []
    for length in 1...word.count {
      var piece = pieces[Array(word.prefix(length))]
      if piece == nil, length == 1, pieces[[first]] == nil { piece = -1 }
      guard let piece else { continue }
      result += segmentations(word.dropFirst(length), pieces).map { [piece] + $0 }
    }
    return result
  }

  static func score(_ segmentation: [Int], _ model: PieceModel) -> Double {
    segmentation.reduce(0) { $0 + ($1 < 0 ? model.unknownScore : model.scores[$1]) }
  }

  static func randomWords(_ seed: UInt64) -> [(String, Int)] {
    var random = SeededGenerator(seed: seed)
    var words: [String: Int] = [:]
    for _ in 0..<40 {
      let length = Int.random(in: 1...9, using: &random)
      let word = String((0..<length).map { _ in "abcdж".randomElement(using: &random) ?? "a" })
      words["▁" + word] = Int.random(in: 1...6, using: &random)
    }
    return words.sorted { $0.key < $1.key }
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `Edges are all pieces that stand in the words`(_ seed: UInt64) throws {
    let start = try Start(Self.randomWords(seed))
    let pieces = start.pieces
    var edge = 0
    for word in start.words.indices {
      let range = start.lattices.range(ofWord: word)
      for (offset, position) in range.enumerated() {
        let rest = start.words[word].text[offset...]
        let expected = (1...rest.count).compactMap { pieces[Array(rest.prefix($0))] }
        let count = Int(start.lattices.edgeCounts[position])
        #expect(start.lattices.edges[edge..<(edge + count)].map(\.piece) == expected)
        edge += count
      }
    }
  }

  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func `Expected counts are those over all segmentations`(_ seed: UInt64) throws {
    var start = try Start(Self.randomWords(seed), coverage: seed % 2 == 0 ? 1 : 0.9)
    let lengths = start.model.lengths
    if seed > 4 { start.drop { lengths[$0] == 1 && $0 % 3 == 0 } }
    let pieces = start.pieces
    var expected = [Double](repeating: 0, count: start.model.count)
    var logLikelihood = 0.0
    for (word, count) in start.words {
      let all = Self.segmentations(word[...], pieces)
      let scores = all.map { exp(Self.score($0, start.model)) }
      let sum = scores.reduce(0, +)
      logLikelihood += Double(count) * log(sum)
      for (segmentation, score) in zip(all, scores) {
        for piece in segmentation {
          expected[piece < 0 ? start.model.first : piece] += Double(count) * score / sum
        }
      }
    }
    let found = ExpectedCounts(start.lattices, start.model, workers: 2)
    #expect(abs(found.logLikelihood - logLikelihood) < 1e-9 * abs(logLikelihood))
    for (found, expected) in zip(found.counts, expected) {
      #expect(abs(found - expected) < 1e-9 * max(1, expected))
    }
  }

  @Test func `A word whose probability is far below the least number is counted all the same`()
    throws
  {
    var random = SeededGenerator(seed: 8)
    let letters = (0..<4000).map { _ in "abcdefghij".randomElement(using: &random) ?? "a" }
    let start = try Start([(String(letters), 3)])
    let found = ExpectedCounts(start.lattices, start.model, workers: 1)
    let characters = zip(found.counts, start.model.lengths).reduce(0) { $0 + $1.0 * Double($1.1) }
    #expect(abs(characters - 3 * 4000) < 1e-6)
    // The same sums in logarithms.
    let word = start.words[0].text
    let pieces = start.pieces
    var forward = [Double](repeating: -.infinity, count: word.count + 1)
    forward[0] = 0
    for position in word.indices {
      for length in 1...min(16, word.count - position) {
        guard let piece = pieces[Array(word[position..<(position + length)])] else { continue }
        let new = forward[position] + start.model.scores[piece]
        let old = forward[position + length]
        forward[position + length] = max(old, new) + log1p(exp(-abs(old - new)))
      }
    }
    #expect(abs(found.logLikelihood - 3 * (forward.last ?? 0)) < 1e-6)
    #expect(found.logLikelihood < -10_000)
  }

  @Test func `Expectation maximization makes the text more probable in every round`() throws {
    var start = try Start(Self.randomWords(11))
    var last = -Double.infinity
    for _ in 0..<12 {
      let found = ExpectedCounts(start.lattices, start.model, workers: 1)
      #expect(found.logLikelihood >= last - 1e-9)
      last = found.logLikelihood
      let sum = found.counts.reduce(0, +)
      // The plain M step, of which the theory speaks: relative frequencies, without a prior.
      start.model.scores = found.counts.map { log(max($0, 1e-300) / sum) }
    }
    #expect(last > -.infinity)
  }

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func `Pruning keeps the pieces whose cut costs most`(_ seed: UInt64) throws {
    var start = try Start(Self.randomWords(seed))
    let expected = ExpectedCounts(start.lattices, start.model, workers: 1)
    start.lattices.renumber(start.model.maximize(expected.counts))
    let size = start.model.count / 2
    let kept = Pruning(start.lattices, start.model, workers: 2).keptPieces(size: size).isKept
    let (losses, needed) = Self.losses(start)
    for piece in needed { #expect(kept[piece]) }
    #expect(kept.count { $0 } == max(needed.count, min(size, needed.count + losses.count)))
    let least = losses.filter { kept[$0.key] }.map(\.value).min() ?? 0
    for (piece, loss) in losses where !kept[piece] { #expect(loss <= least + 1e-12) }
  }

  /// What dropping each piece costs, and the pieces without which there is no segmentation.
  private static func losses(_ start: Start) -> (losses: [Int: Double], needed: Set<Int>) {
    let pieces = start.pieces
    func best(_ word: [Unicode.Scalar], without piece: Int? = nil) -> [Int]? {
      segmentations(word[...], pieces).filter { piece == nil || $0 != [piece ?? 0] }
        .max { score($0, start.model) < score($1, start.model) }
    }
    var counts = [Double](repeating: 0, count: start.model.count)
    for (word, count) in start.words {
      for piece in best(word) ?? [] { counts[max(piece, 0)] += Double(count) }
    }
    let sum = counts.reduce(0, +)
    var losses: [Int: Double] = [:]
    var needed: Set<Int> = []
    for piece in 0..<start.model.count where counts[piece] > 0 {
      guard let cut = best(start.spelling(piece), without: piece), cut != [-1] else {
        needed.insert(piece)
        continue
      }
      guard score(cut, start.model) <= start.model.scores[piece] else { continue }
      let count = counts[piece]
      let newSum = sum + count * Double(cut.count - 1)
      let parts = cut.reduce(0) { $0 + log((counts[$1] + count) / newSum) }
      losses[piece] = count / sum * (log(count / sum) - parts)
    }
    return (losses, needed)
  }

  @Test func `The digamma function has its known values and recurrence`() {
    #expect(abs(digamma(1) + 0.577_215_664_901_532_9) < 1e-9)
    #expect(abs(digamma(0.5) + 1.963_510_026_021_423_5) < 1e-9)
    #expect(abs(digamma(1000) - 6.907_255_195_648_812) < 1e-9)
    for x in [0.5, 1.7, 3, 6.9, 20] { #expect(abs(digamma(x + 1) - digamma(x) - 1 / x) < 1e-9) }
  }
}
