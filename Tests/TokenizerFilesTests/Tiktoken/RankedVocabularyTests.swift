internal import TestSupport
internal import Testing

@testable internal import Tokenization
@testable internal import TokenizerFiles

@Suite("Vocabularies with ranks")
struct RankedVocabularyTests {
  /// tiktoken's merging as its documentation describes it, without any cleverness.
  private func slowMerge(_ word: [UInt8], _ ranks: [[UInt8]: TokenID]) -> [TokenID] {
    if let rank = ranks[word] { return [rank] }
    var parts = word.map { [$0] }
    while true {
      var best: (rank: TokenID, index: Int)?
      for index in parts.indices.dropLast() {
        guard let rank = ranks[parts[index] + parts[index + 1]] else { continue }
        if best.map({ rank < $0.rank }) ?? true { best = (rank, index) }
      }
      guard let best else { return parts.compactMap { ranks[$0] } }
      parts[best.index] += parts.remove(at: best.index + 1)
    }
  }

  @Test("Merging by list gives what merging by rank gives, overlapping ways to a token included")
  func agreesWithSlowMerge() throws {
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<60 {
      // Few letters and random ranks: nothing like a trained vocabulary, so that ties are common.
      var ranks: [[UInt8]: TokenID] = [:]
      for byte in UInt8.min...UInt8.max { ranks[[byte]] = TokenID(byte) }
      for _ in 0..<40 {
        let length = Int.random(in: 2...5, using: &generator)
        let token = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
        if ranks[token] == nil { ranks[token] = TokenID(1000 + ranks.count * 7) }
      }
      let model = try RankedVocabulary(ranks.map { (token: $0.key, rank: $0.value) }).model()
      let encoder = BytePairEncoder(model)
      for _ in 0..<40 {
        let length = Int.random(in: 1...70, using: &generator)
        let word = (0..<length).map { _ in UInt8.random(in: 97...99, using: &generator) }
        var tokens = PieceTokens()
        try encoder.encode(word[...], isBytes: true, into: &tokens)
        #expect(tokens.ids == slowMerge(word, ranks))
      }
    }
  }

  @Test("A file is written as it was read, the empty token included")
  func roundTrips() throws {
    var text = ""
    for byte in UInt8.min...UInt8.max { text += "\(Base64.encode([byte])) \(byte)\n" }
    text += "YWI= 256\n= 300\n"
    let ranks = try TiktokenFile.readRanks(Array(text.utf8), source: "x.tiktoken")
    #expect(ranks.tokens.last?.token == [])
    #expect(TiktokenFile.write(ranks) == Array(text.utf8))
    #expect(RankedVocabulary(ranks.model())?.tokens.map(\.token) == ranks.tokens.map(\.token))
  }

  @Test("Special tokens are matched on request, keep their ids, and must not take a rank")
  func specialTokens() throws {
    let lines = (UInt8.min...UInt8.max).map { "\(Base64.encode([$0])) \($0)" }
    let bytes = Array(lines.joined(separator: "\n").utf8)
    var spec = TokenizerSpec()
    spec.pattern = #"\S+|\s+"#
    spec.specialTokens = .ids([("<x>", 1000)])
    let tokenizer = try Tokenizer(TiktokenFile.read(bytes, source: "x", spec: spec))
    #expect(try tokenizer.encode("a<x>").ids == [97, 1000])
    #expect(try tokenizer.encode("a<x>", addSpecialTokens: false).ids == [97, 60, 120, 62])
    #expect(try tokenizer.decode([97, 1000]) == "a<x>")
    spec.specialTokens = .ids([("<x>", 5)])
    #expect(throws: TokenizerFileError.self) {
      try TiktokenFile.read(bytes, source: "x", spec: spec)
    }
  }
}
