import ByteIO
import Normalization
import TestSupport
import Testing
import Tokenization
import TokenizerTraining

/// What Hugging Face's trainers learned; see `tools/make_training_goldens.py`.
@Suite struct TrainingGoldenTests {
  struct Golden: Sendable, CustomTestStringConvertible {
    let json: JSON
    var testDescription: String { json["name"]?.string ?? "" }
  }

  static let goldens: [Golden] = {
    let path = PackageFiles.path("Tests/Fixtures/training/goldens.jsonl")
    guard let bytes = try? FileSystem.read(path) else { return [] }
    return (try? JSONLines.parse(bytes, source: path).map(Golden.init)) ?? []
  }()

  @Test func `There are goldens`() { #expect(Self.goldens.count == 19) }

  @Test(arguments: goldens)
  func `Tokens, ids and merges are those of the reference`(_ golden: Golden) throws {
    let json = golden.json
    let directory = try TemporaryDirectory()
    let outcome = try recipe(json).train(try corpus(json, directory), threadCount: 2)
    var expected: [TokenID: String] = [:]
    for (id, token) in try json.required("vocabulary").elements.enumerated() {
      expected[TokenID(id)] = token.string
    }
    let vocabulary = outcome.definition.model.vocabulary
    var learned: [TokenID: String] = [:]
    for (token, id) in vocabulary.entries { learned[id] = String(decoding: token, as: UTF8.self) }
    #expect(learned == expected)
    guard case .bpe(let model) = outcome.definition.model else { return }
    let merges = model.merges.map { [learned[$0.left], learned[$0.right]] }
    #expect(
      merges == Array(try json.required("merges").elements).map { $0.elements.map(\.string) })
  }

  private func corpus(_ json: JSON, _ directory: TemporaryDirectory) throws -> Corpus {
    let files = try json.required("files").elements.map { name in
      let name = try name.expectString()
      return PackageFiles.path(
        name == "prose" ? "vocabs/example-test.txt" : "Tests/Fixtures/training/\(name).txt")
    }
    guard json["documents"]?.bool == true else { return Corpus(files: files) }
    let lines = try files.map {
      "{\"text\":\(JSONText.string(String(decoding: try FileSystem.read($0), as: UTF8.self)))}\n"
    }
    return Corpus(
      files: [try directory.write("documents.jsonl", lines.joined())], format: .jsonLines)
  }

  private func recipe(_ json: JSON) throws -> TrainingRecipe {
    let preset = try #require(PipelinePreset(rawValue: json.string("split")))
    var pipeline = preset.pipeline
    if json["normalizer"] != nil { pipeline.normalizer = .sequence([.nfkc, .lowercase]) }
    var recipe = TrainingRecipe(model(json), pipeline: pipeline)
    recipe.specialTokens = json["special"].map { $0.elements.compactMap(\.string) } ?? []
    recipe.unknownToken = json["unknown"]?.string
    recipe.includesAllBytes = json["allBytes"]?.bool == true
    return recipe
  }

  private func model(_ json: JSON) -> TrainingRecipe.Model {
    if json["model"]?.string == "wordlevel" {
      var trainer = WordLevelTrainer()
      trainer.vocabularySize = json["vocabSize"]?.int ?? 0
      trainer.minimumFrequency = json["minFrequency"]?.int ?? 0
      return .wordLevel(trainer)
    }
    var settings = BPETrainer.Settings()
    settings.vocabularySize = json["vocabSize"]?.int ?? 0
    settings.minimumFrequency = json["minFrequency"]?.int ?? 0
    settings.alphabetLimit = json["alphabetLimit"]?.int
    settings.initialAlphabet = Set((json["alphabet"]?.string ?? "").unicodeScalars)
    settings.maximumTokenLength = json["maxTokenLength"]?.int
    settings.continuingPrefix = json["prefix"]?.string
    settings.endOfWordSuffix = json["suffix"]?.string
    settings.fallsBackToBytes = json["byteFallback"]?.bool == true
    return json["model"]?.string == "wordpiece" ? .wordPiece(settings) : .bpe(settings)
  }
}
