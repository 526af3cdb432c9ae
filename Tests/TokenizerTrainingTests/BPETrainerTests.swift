import Normalization
import TestSupport
import Testing
import Tokenization
import TokenizerTraining

@Suite struct BPETrainerTests {
  private func counts(_ words: [(word: String, occurrences: Int)]) -> WordCounts {
    var counts = WordCounts()
    for (word, occurrences) in words { counts.add(Array(word.utf8)[...], occurrences: occurrences) }
    return counts
  }

  private func tokens(_ model: BPEDefinition) -> [String] {
    model.vocabulary.entries.sorted { $0.id < $1.id }.map {
      String(decoding: $0.token, as: UTF8.self)
    }
  }

  private func merges(_ model: BPEDefinition) -> [[String]] {
    model.merges.map { merge in
      [merge.left, merge.right].map {
        String(decoding: model.vocabulary.token($0) ?? [], as: UTF8.self)
      }
    }
  }

  private func train(
    _ words: [(word: String, occurrences: Int)],
    _ change: (inout BPETrainer.Settings) -> Void = { _ in }
  ) throws -> BPEDefinition {
    var settings = BPETrainer.Settings()
    change(&settings)
    return try BPETrainer(settings).train(counts(words))
  }

  @Test func `Random words with many ties are merged as by the slow rules`() throws {
    var generator = SeededGenerator(seed: 21)
    var ambiguous = 0
    for round in 0..<400 {
      let letters = Array("abcd".prefix(Int.random(in: 1...4, using: &generator)))
      var words: [String: Int] = [:]
      for _ in 0..<Int.random(in: 1...12, using: &generator) {
        let length = Int.random(in: 1...(round % 4 == 0 ? 30 : 9), using: &generator)
        let word = String((0..<length).map { _ in letters.randomElement(using: &generator) ?? "a" })
        words[word, default: 0] += Int.random(in: 1...5, using: &generator)
      }
      let list = words.sorted { $0.key < $1.key }.map { (word: $0.key, occurrences: $0.value) }
      var settings = BPETrainer.Settings()
      settings.vocabularySize = Int.random(in: 3...60, using: &generator)
      settings.minimumFrequency = Int.random(in: 0...3, using: &generator)
      if round % 3 == 0 { settings.maximumTokenLength = Int.random(in: 1...6, using: &generator) }
      if round % 5 == 0 { settings.specialTokens = ["ab", "c", "bcd", "aa"] }
      var slow = SlowMergeLearner(list, settings)
      slow.learn()
      if slow.isAmbiguous {
        ambiguous += 1
        continue
      }
      let model = try BPETrainer(settings).train(counts(list))
      #expect(tokens(model) == slow.tokens, "round \(round)")
      #expect(merges(model) == slow.distinctMerges, "round \(round)")
    }
    #expect(ambiguous < 200)
  }

  @Test func `A run of one letter is merged from the left`() throws {
    let model = try train([("aaaaa", 3)])
    #expect(merges(model) == [["a", "a"], ["aa", "a"], ["aa", "aaa"]])
  }

  @Test func `Of equally frequent pairs the one with the lower ids comes first`() throws {
    let model = try train([("dc", 2), ("ba", 2), ("bc", 2)])
    #expect(merges(model) == [["b", "a"], ["b", "c"], ["d", "c"]])
  }

  @Test func `No words give the special tokens and the initial alphabet`() throws {
    let model = try train([]) {
      $0.specialTokens = ["<s>"]
      $0.initialAlphabet = ["z", "b"]
    }
    #expect(tokens(model) == ["<s>", "b", "z"] && model.merges.isEmpty)
  }

  @Test func `One word becomes a token, and its letters stay`() throws {
    #expect(try tokens(train([("ab", 1)])) == ["a", "b", "ab"])
    #expect(try tokens(train([("ab", 1)]) { $0.minimumFrequency = 2 }) == ["a", "b"])
  }

  @Test func `A vocabulary smaller than the alphabet is the alphabet`() throws {
    #expect(try tokens(train([("abc", 9)]) { $0.vocabularySize = 2 }) == ["a", "b", "c"])
  }

  @Test func `Characters beyond the limit are left out of words`() throws {
    let model = try train([("axb", 9), ("x", 5), ("ab", 1), ("q", 1)]) { $0.alphabetLimit = 2 }
    #expect(tokens(model) == ["a", "x", "ax"])
  }

  @Test func `Words of bytes are learned as the words that they spell`() throws {
    var bytes = WordCounts(areBytes: true)
    var spelled = WordCounts()
    for text in ["héllo", " héllo", " w\u{F6}rld", "\n\n"] {
      bytes.add(Array(text.utf8)[...], occurrences: 2)
      let characters = text.utf8.map { String(ByteAlphabet.scalar(for: $0)) }.joined()
      spelled.add(Array(characters.utf8)[...], occurrences: 2)
    }
    #expect(try BPETrainer().train(bytes) == BPETrainer().train(spelled))
  }

  @Test func `A long word is merged in time that grows with its length`() throws {
    var generator = SeededGenerator(seed: 8)
    let word = String(
      (0..<30_000).map { _ in
        Character(["a", "b", "c", "d"].randomElement(using: &generator) ?? "a")
      })
    let model = try train([(word, 1)]) { $0.vocabularySize = 1000 }
    #expect(model.vocabulary.count == 1000)
  }

  @Test func `What the progress throws ends the training`() throws {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try BPETrainer().train(counts([("ab", 1)])) { _, _ in throw Stop() }
    }
  }
}
