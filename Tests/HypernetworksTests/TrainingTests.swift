import ByteIO
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Hypernetworks

/// The shipped example model, some of its text, and a recipe that takes seconds.
private struct Training {
  let subject: HypernetworkSubject
  let documents: [ArraySlice<UInt8>]

  static var recipe: HypernetworkRecipe {
    var recipe = HypernetworkRecipe()
    recipe.hiddenSize = 64
    recipe.intermediateSize = 64
    recipe.identitySteps = 2
    recipe.compositionSteps = 2
    recipe.languageSteps = 3
    recipe.rowBatch = 32
    recipe.windowCount = 2
    recipe.windowBytes = 120
    recipe.vocabularySize = 300
    recipe.validationInterval = 3
    recipe.warmupSteps = 2
    return recipe
  }

  init() throws {
    let path = PackageFiles.exampleBase
    let config = try JSON(
      parsing: FileSystem.read(path + "/config.json"), source: "config.json")
    let definition = try TokenizerDefinition(contentsOf: path + "/tokenizer.json")
    let vocabulary = TokenizerVocabulary(definition)
    let checkpoint = try Checkpoint(path)
    subject = try HypernetworkSubject(
      definition, vocabulary,
      SpecialTokens(directory: path, config: config, vocabulary: vocabulary),
      rows: SourceRows(
        input: try checkpoint.matrix("model.embed_tokens.weight"),
        output: try checkpoint.matrix("lm_head.weight")),
      language: try LanguageModel(path), directory: path)
    let text = try FileSystem.read(PackageFiles.exampleText).prefix(20_000)
    documents = DocumentSeparator.blankLine.documents(in: Array(text))
  }

  func trainer(_ recipe: HypernetworkRecipe = recipe) throws -> HypernetworkTrainer {
    try HypernetworkTrainer(subject, documents: documents, recipe: recipe)
  }
}

/// Ends a training.
private struct Stop: Error {}

@Suite struct TrainingTests {
  private let training: Training

  init() throws { training = try Training() }

  @Test func `Training that is interrupted and resumed gives the same bits`() throws {
    let directory = try TemporaryDirectory()
    let whole = try training.trainer()
    try whole.train(progress: { _, _ in }, report: { _ in })
    try whole.save(to: directory("whole"), replacing: false)

    // Interrupted in each stage.
    var trainer = try training.trainer()
    for end in [1, 3, 5] {
      #expect(throws: Stop.self) {
        try trainer.train(
          progress: { _, _ in if trainer.step == end { throw Stop() } }, report: { _ in })
      }
      try trainer.save(to: directory("part"), replacing: true)
      trainer = try training.trainer()
      try trainer.resume(from: directory("part"))
      #expect(trainer.step == end)
    }
    try trainer.train(progress: { _, _ in }, report: { _ in })
    try trainer.save(to: directory("part"), replacing: true)
    for name in ["model.safetensors", "config.json"] {
      #expect(
        try FileSystem.read(directory("whole") + "/" + name)
          == FileSystem.read(directory("part") + "/" + name))
    }
    #expect(!FileSystem.isFile(directory("part") + "/training.json"))
  }

  @Test func `A checkpoint in the middle of training is a hypernetwork`() throws {
    let directory = try TemporaryDirectory()
    let trainer = try training.trainer()
    _ = try trainer.takeStep()
    try trainer.save(to: directory("network"), replacing: false)
    let network = try Hypernetwork(directory("network"))
    #expect(network.config == trainer.config)
    let made = try network.predict([[300, 301], [302]], from: training.subject.rows)
    #expect(made.input.rows == 2 && made.output?.rows == 2)
  }

  @Test func `Resuming with other options is refused`() throws {
    let directory = try TemporaryDirectory()
    let trainer = try training.trainer()
    _ = try trainer.takeStep()
    try trainer.save(to: directory("network"), replacing: false)
    var recipe = Training.recipe
    recipe.rate = 1e-5
    let other = try training.trainer(recipe)
    #expect(throws: HypernetworkError.self) { try other.resume(from: directory("network")) }
    let untrained = try training.trainer()
    #expect(throws: HypernetworkError.self) { try untrained.resume(from: directory.path) }
  }

  @Test func `Before training a network predicts nearly the mean of the pieces`() throws {
    let trainer = try training.trainer(HypernetworkRecipe())
    let report = try trainer.validate()
    let rows = try #require(report.rows)
    let text = try #require(report.text)
    for (predicted, mean) in zip(rows.predicted, rows.mean) { #expect(predicted < 1.1 * mean) }
    #expect(abs(text.predicted - text.mean) < 0.05 * text.mean)
  }

  @Test func `Training lowers the cost of text that is held out`() throws {
    var recipe = Training.recipe
    (recipe.identitySteps, recipe.compositionSteps, recipe.languageSteps) = (0, 0, 12)
    recipe.hiddenSize = nil
    recipe.windowCount = 6
    recipe.rate = 2e-3
    let trainer = try training.trainer(recipe)
    let before = try #require(try trainer.validate().text)
    try trainer.train(progress: { _, _ in }, report: { _ in })
    let after = try #require(try trainer.validate().text)
    #expect(after.predicted < before.predicted)
    #expect(after.mean == before.mean)
  }

  @Test func `Hardly any text is refused`() throws {
    let text = Array("In the beginning".utf8)
    for documents in [[], [text[...]]] {
      #expect(throws: HypernetworkError.self) {
        try HypernetworkTrainer(
          training.subject, documents: documents, recipe: Training.recipe)
      }
    }
  }

  @Test func `Without steps on text no text is needed`() throws {
    var recipe = Training.recipe
    recipe.languageSteps = 0
    let trainer = try HypernetworkTrainer(training.subject, documents: [], recipe: recipe)
    try trainer.train(progress: { _, _ in }, report: { #expect($0.text == nil) })
    #expect(trainer.step == recipe.steps)
  }
}

@Suite struct SampledTokenizerTests {
  @Test func `A word is cut into its most probable tokens`() throws {
    let training = try Training()
    let words = try TrainingWords(training.documents, training.subject.splitting)
    let candidates = PieceCandidates(words.words, training.subject.segmentation)
    var generator = SplitMix64(seed: 1)
    let counts = words.words.map { _ in Int.random(in: 1..<50, using: &generator) }
    let tokenizer = SampledTokenizer(
      candidates, wordCounts: counts, size: 500, &generator)
    for (place, word) in words.words.enumerated().prefix(300) {
      let tokens = tokenizer.tokens(of: place)
      #expect(tokens.flatMap { candidates.texts[$0] } == word)
      #expect(tokens.allSatisfy(tokenizer.tokens.contains))
    }
  }

  @Test func `The same draw gives the same tokens, and another one others`() throws {
    let training = try Training()
    let words = try TrainingWords(training.documents, training.subject.splitting)
    let candidates = PieceCandidates(words.words, training.subject.segmentation)
    let counts = words.words.map { _ in 1 }
    func tokens(_ step: Int) -> [Int] {
      var generator = SplitMix64(seed: 7, purpose: 4, step: step)
      return SampledTokenizer(candidates, wordCounts: counts, size: 500, &generator).tokens
    }
    #expect(tokens(1) == tokens(1))
    #expect(Set((0..<8).map(tokens)).count > 1)
  }
}
