import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import TokenizerTraining

@Suite struct UnigramTrainerTests {
  private func train(
    _ text: String, size: Int, _ change: (inout UnigramTrainerSettings) -> Void = { _ in }
  ) throws -> TrainedUnigram {
    var settings = UnigramTrainerSettings()
    settings.vocabularySize = size
    change(&settings)
    let lines = try SentencePieceLines(normalization: .init(), settings: settings)
    var corpus = UnigramCorpus()
    for line in text.split(separator: "\n") { corpus.add(lines.words(of: line.utf8)) }
    return try UnigramTrainer(settings).train(corpus)
  }

  private func texts(_ trained: TrainedUnigram) -> [String] {
    trained.pieces.map { String(decoding: $0.text, as: UTF8.self) }
  }

  private func example() throws -> String {
    String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
  }

  // MARK: Small texts

  @Test func `Without a text there is nothing to train on`() {
    #expect(throws: UnigramTrainingError.noText) { try train("", size: 10) }
    #expect(throws: UnigramTrainingError.noText) { try train("   \n  ", size: 10) }
  }

  @Test func `One letter and one word are enough`() throws {
    #expect(Set(texts(try train("a", size: 5))) == ["<unk>", "<s>", "</s>", "▁", "a"])
    let trained = try train("word", size: 20) { $0.needsWholeVocabulary = false }
    #expect(Set(texts(trained)) == ["<unk>", "<s>", "</s>", "▁", "w", "o", "r", "d"])
  }

  @Test func `A vocabulary that cannot hold the characters is refused with the least size`() {
    #expect(throws: UnigramTrainingError.vocabularyTooSmall(size: 7, minimum: 8)) {
      try train("word", size: 7)
    }
    #expect(throws: UnigramTrainingError.vocabularyTooSmall(size: 200, minimum: 264)) {
      try train("word", size: 200) { $0.specialPieces.fallsBackToBytes = true }
    }
  }

  @Test func `A vocabulary that the text cannot fill is refused with the greatest size`() {
    #expect(throws: UnigramTrainingError.vocabularyTooLarge(size: 20, maximum: 8)) {
      try train("word", size: 20)
    }
  }

  @Test func `Settings out of range are refused`() {
    for change: (inout UnigramTrainerSettings) -> Void in [
      { $0.vocabularySize = 0 }, { $0.characterCoverage = 0 }, { $0.characterCoverage = 1.5 },
      { $0.shrinkingFactor = 1 }, { $0.subIterations = 0 }, { $0.maximumPieceLength = 256 },
      { $0.seedSize = -1 }, { $0.threads = 0 }, { $0.specialPieces.unknown.id = nil },
    ] {
      var settings = UnigramTrainerSettings()
      change(&settings)
      #expect(throws: UnigramTrainingError.self) { try UnigramTrainer(settings) }
    }
  }

  // MARK: Promises

  @Test func `The result does not depend on the number of threads`() throws {
    let text = try example()
    let one = try train(text, size: 700) { $0.threads = 1 }
    for threads in [2, 3, 7] {
      #expect(try train(text, size: 700) { $0.threads = threads }.pieces == one.pieces)
    }
  }

  @Test func `All characters that are covered have a piece, and those that are asked for`() throws {
    let text = try example() + "\nзима ☃"
    let characters = Set(text.unicodeScalars).subtracting(["\n", " "])
    let all = Set(texts(try train(text, size: 600) { $0.characterCoverage = 1 }))
    for character in characters { #expect(all.contains(String(character))) }
    let some = Set(
      texts(
        try train(text, size: 600) {
          $0.characterCoverage = 0.99
          $0.requiredCharacters = "☃ж"
        }))
    #expect(some.isSuperset(of: ["☃", "ж"]))
    #expect(!some.contains("з"))
  }

  @Test func `Scores fall from piece to piece and are log-probabilities`() throws {
    let trained = try train(try example(), size: 600)
    #expect(trained.learnt.count == 597)
    #expect(zip(trained.learnt, trained.learnt.dropFirst()).allSatisfy { $0.score >= $1.score })
    #expect(trained.learnt.allSatisfy { $0.score < 0 })
    #expect(Set(trained.learnt.map(\.text)).count == 597)
  }

  @Test func `Estimating the scores once more makes the text more probable`() throws {
    let text = try example()
    func logLikelihood(_ refits: Bool) throws -> Double {
      let trained = try train(text, size: 500) { $0.refitsScores = refits }
      return try UnigramLikelihood(trained).logProbability(text)
    }
    #expect(try logLikelihood(true) > logLikelihood(false))
  }

  @Test func `More characters than bytes follow a piece in other scripts`() throws {
    let text = "во вд вж вл\nда дв дж\nво вд да"
    func pieces(_ rule: UnigramTrainerSettings.SeedRule) throws -> Set<String> {
      Set(
        texts(
          try train(text, size: 16) {
            $0.seedRule = rule
            $0.needsWholeVocabulary = false
          }))
    }
    #expect(try pieces(.characters).contains("▁в"))
    #expect(try !pieces(.bytes).contains("▁в"))
  }

  // MARK: Special pieces

  @Test func `Special pieces have the ids and kinds that they ask for`() throws {
    let trained = try train(try example(), size: 800) {
      $0.specialPieces.unknown.id = 2
      $0.specialPieces.beginning.id = nil
      $0.specialPieces.end.id = 0
      $0.specialPieces.padding.id = 5
      $0.specialPieces.controlSymbols = ["<mask>", "</s>"]
      $0.specialPieces.userDefinedSymbols = ["LORD"]
      $0.specialPieces.fallsBackToBytes = true
    }
    #expect(trained.pieces.count == 800)
    #expect(
      trained.pieces.prefix(6).map { "\(String(decoding: $0.text, as: UTF8.self)) \($0.kind)" }
        == [
          "</s> control", "<mask> control", "<unk> unknown", "LORD userDefined", "<0x00> byte",
          "<pad> control",
        ])
    #expect(trained.pieces.count { $0.kind == .byte } == 256)
    #expect(!texts(trained).contains { $0 != "LORD" && $0.contains("LORD") })
  }

  @Test func `Special pieces that are in each other's way are refused`() {
    var settings = UnigramTrainerSettings()
    settings.specialPieces.end.id = 1
    #expect(throws: UnigramTrainingError.self) { try UnigramTrainer(settings) }
    settings.specialPieces.end.id = 2
    settings.specialPieces.userDefinedSymbols = ["a", "a"]
    #expect(throws: UnigramTrainingError.self) { try UnigramTrainer(settings) }
  }

  // MARK: Use

  @Test func `Both forms of the tokenizer give the same ids`() throws {
    let trained = try train(try example(), size: 900) { $0.specialPieces.fallsBackToBytes = true }
    let original = try Tokenizer(trained.sentencePieceTokenizer(normalization: .init()))
    let other = try Tokenizer(
      #require(trained.huggingFaceTokenizer(normalization: .init())))
    var random = RandomText(seed: 5)
    let lines = try example().split(separator: "\n").map(String.init)
    for line in lines + (0..<60).map({ _ in random.next(upTo: 40) }) where !line.isEmpty {
      let text = line.filter { !"\u{2581}".contains($0) }
      let ids = try original.encode(text).ids
      #expect(try other.encode(text).ids == ids)
      #expect(
        try other.decode(ids, skipSpecialTokens: true)
          == original.decode(ids, skipSpecialTokens: true))
    }
  }

  @Test func `Words of a pipeline can be trained on as well as lines`() throws {
    var words = WordCounts()
    for word in try example().split(whereSeparator: \.isWhitespace) {
      words.add(ArraySlice("▁\(word)".utf8))
    }
    var settings = UnigramTrainerSettings()
    settings.vocabularySize = 600
    let trained = try UnigramTrainer(settings).train(UnigramCorpus(words))
    let lines = try train(try example(), size: 600)
    let common = Set(texts(trained)).intersection(texts(lines))
    #expect(common.count > 380)
  }
}
