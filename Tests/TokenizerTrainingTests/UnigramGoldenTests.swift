import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerTraining

/// What sentencepiece's trainer learned; see `tools/make_unigram_goldens.py`.
@Suite struct UnigramGoldenTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let json: JSON
    var testDescription: String { json["name"]?.string ?? "" }

    /// The pieces in the order of the ids.
    func pieces() throws -> [SentencePieceDefinition.Piece] {
      try json.required("pieces").elements.map { piece in
        let parts = Array(piece.elements)
        let score = Float(try #require(parts[1].double))
        let number = try #require(parts[2].int)
        return SentencePieceDefinition.Piece(
          text: try #require(parts[0].utf8), score: score,
          kind: try #require(SentencePieceDefinition.Kind(rawValue: number)))
      }
    }

    func text() throws -> String {
      let path = try #require(json["text"]?.string)
      return String(decoding: try FileSystem.read(PackageFiles.path(path)), as: UTF8.self)
    }

    /// How much may differ: the share of other pieces, nine in ten scores, and the text's
    /// log-probability and number of tokens as factors.
    ///
    /// Which of equally good pieces get the last places is decided by the rounding of single precision
    /// there, of which there is more where words are whole lines. Where the mark of a space ends
    /// words, the reference looks at the first bytes of the following words, which counts of words do
    /// not hold: there are a few more candidates, and in so small a text that tells.
    var tolerance: (others: Double, score: Float, text: Double) {
      switch testDescription {
      case "space as a suffix": (0.15, 0.2, 1.015)
      case "pieces across words": (0.04, 0.01, 1.002)
      default: (0.02, 0.01, 1.002)
      }
    }

    /// The settings in the terms of graft.
    func recipe() throws -> UnigramRecipe {
      let given = try json.required("settings")
      var settings = UnigramTrainerSettings()
      func set<Value>(_ path: WritableKeyPath<UnigramTrainerSettings, Value>, _ value: Value?) {
        if let value { settings[keyPath: path] = value }
      }
      set(\.vocabularySize, given["vocab_size"]?.int)
      set(\.needsWholeVocabulary, given["hard_vocab_limit"]?.bool)
      set(\.characterCoverage, given["character_coverage"]?.double.map { Float($0) })
      set(\.requiredCharacters, given["required_chars"]?.string)
      set(\.seedSize, given["seed_sentencepiece_size"]?.int)
      set(\.shrinkingFactor, given["shrinking_factor"]?.double.map { Float($0) })
      set(\.subIterations, given["num_sub_iterations"]?.int)
      set(\.maximumPieceLength, given["max_sentencepiece_length"]?.int)
      set(\.splitsByScript, given["split_by_unicode_script"]?.bool)
      set(\.splitsByNumber, given["split_by_number"]?.bool)
      set(\.splitsDigits, given["split_digits"]?.bool)
      set(\.splitsByWhitespace, given["split_by_whitespace"]?.bool)
      set(\.treatsWhitespaceAsSuffix, given["treat_whitespace_as_suffix"]?.bool)
      set(\.allowsWhitespaceOnlyPieces, given["allow_whitespace_only_pieces"]?.bool)
      set(\.specialPieces.fallsBackToBytes, given["byte_fallback"]?.bool)
      let users = given["user_defined_symbols"]?.elements.compactMap(\.string)
      set(\.specialPieces.userDefinedSymbols, users)
      let controls = given["control_symbols"]?.elements.compactMap(\.string)
      set(\.specialPieces.controlSymbols, controls)
      set(\.specialPieces.padding.id, given["pad_id"]?.int)
      if given["bos_id"]?.int == -1 { settings.specialPieces.beginning.id = nil }
      var recipe = UnigramRecipe(settings)
      recipe.normalization.addsDummyPrefix = given["add_dummy_prefix"]?.bool ?? true
      recipe.normalization.removesExtraWhitespace = given["remove_extra_whitespaces"]?.bool ?? true
      return recipe
    }

    func train() throws -> TrainedUnigram {
      let path = PackageFiles.path(try #require(json["text"]?.string))
      return try recipe().train(Corpus(files: [path]))
    }
  }

  static let goldens: [Golden] = {
    let path = PackageFiles.path("Tests/Fixtures/unigram/goldens.jsonl")
    guard let bytes = try? FileSystem.read(path) else { return [] }
    return (try? JSONLines.parse(bytes, source: path).map(Golden.init)) ?? []
  }()

  @Test func `There are goldens`() { #expect(Self.goldens.count == 12) }

  @Test(arguments: goldens)
  func `Pieces and scores are those of the reference`(_ golden: Golden) throws {
    let expected = try golden.pieces()
    let found = try golden.train().pieces
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) where expected.kind != .normal {
      #expect(found == expected)
    }
    let scores = Dictionary(uniqueKeysWithValues: found.map { ($0.text, $0.score) })
    var missing = 0
    var differences: [Float] = []
    for piece in expected {
      if let score = scores[piece.text] {
        differences.append(abs(score - piece.score))
      } else {
        missing += 1
      }
    }
    let tolerance = golden.tolerance
    let others = Double(missing) / Double(expected.count)
    #expect(others <= tolerance.others, "\(missing) pieces are others")
    let typical = differences.sorted()[differences.count * 9 / 10]
    #expect(typical <= tolerance.score, "nine in ten scores differ by at most \(typical)")
  }

  @Test(arguments: goldens)
  func `Texts are as probable as under the reference's model`(_ golden: Golden) throws {
    let trained = try golden.train()
    let likelihood = try UnigramLikelihood(trained, normalization: golden.recipe().normalization)
    let text = try golden.text()
    let expected = try #require(golden.json["logProbability"]?.double)
    let found = try likelihood.logProbability(text)
    #expect(found > golden.tolerance.text * expected, "\(found / expected) times as improbable")
    let tokens = try #require(golden.json["tokens"]?.double)
    let count = Double(try likelihood.ids(text).count)
    #expect(count < golden.tolerance.text * tokens, "\(count / tokens) times as many tokens")
  }
}
