import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerFiles
import TokenizerTraining

@Suite struct BPEContinuationTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private static let text = PackageFiles.path("Tests/Fixtures/training/multilingual.txt")

  private func continued(
    _ definition: TokenizerDefinition, size: Int, files: [String] = [text],
    _ change: (inout BPEContinuation) -> Void = { _ in }
  ) throws -> TokenizerDefinition {
    var continuation = try BPEContinuation(definition, vocabularySize: size)
    change(&continuation)
    let recipe = TrainingRecipe(
      .continuedBPE(continuation), pipeline: TrainingPipeline(of: definition))
    return try recipe.train(Corpus(files: files)).definition
  }

  private func bpe(_ definition: TokenizerDefinition) throws -> BPEDefinition {
    guard case .bpe(let model) = definition.model else {
      throw TrainingError.cannotContinue("not a BPE")
    }
    return model
  }

  @Test func `Tokens keep their ids, merges their ranks, and new ones follow`() throws {
    let old = try TokenizerDefinition(contentsOf: PackageFiles.exampleBase)
    let new = try continued(old, size: 2300)
    let (before, after) = (TokenizerVocabulary(old), TokenizerVocabulary(new))
    #expect(after.ids.count == 2300)
    for id in before.ids { #expect(after.spelling(of: id) == before.spelling(of: id)) }
    for token in old.addedTokens {
      #expect(after.id(of: token.content) == before.id(of: token.content))
    }
    let (oldMerges, newMerges) = (try bpe(old).merges, try bpe(new).merges)
    #expect(Array(newMerges.prefix(oldMerges.count)) == oldMerges)
    #expect(newMerges.count > oldMerges.count)
    #expect(Set(newMerges.map { [$0.left, $0.right] }).count == newMerges.count)
  }

  @Test func `The text needs fewer tokens, none of them special, and comes back`() throws {
    let old = try TokenizerDefinition(contentsOf: PackageFiles.exampleBase)
    let new = try Tokenizer(continued(old, size: 2300))
    let text = String(decoding: try FileSystem.read(Self.text), as: UTF8.self)
    let encoding = try new.encode(text, addSpecialTokens: false)
    #expect(try encoding.count < Tokenizer(old).encode(text, addSpecialTokens: false).count * 3 / 4)
    #expect(try new.decode(encoding.ids) == text)
    let highest = new.vocabulary.idBound - 1
    #expect(encoding.ids.contains { $0 > 2050 } && encoding.ids.allSatisfy { $0 <= highest })
  }

  @Test func `Continuing from nothing but the alphabet is training`() throws {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = 420
    settings.minimumFrequency = 2
    func trained(_ size: Int) throws -> TokenizerDefinition {
      settings.vocabularySize = size
      return try TrainingRecipe(.bpe(settings), pipeline: PipelinePreset.gpt2.pipeline)
        .train(Corpus(files: [Self.text])).definition
    }
    #expect(try continued(trained(256), size: 420) == trained(420))
  }

  @Test func `Training in two halves gives tokens that encode as well as at once`() throws {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = 330
    settings.minimumFrequency = 2
    let half = try TrainingRecipe(.bpe(settings), pipeline: PipelinePreset.gpt2.pipeline)
      .train(Corpus(files: [Self.text])).definition
    settings.vocabularySize = 420
    let whole = try TrainingRecipe(.bpe(settings), pipeline: PipelinePreset.gpt2.pipeline)
      .train(Corpus(files: [Self.text])).definition
    let both = try continued(half, size: 420)
    let text = String(decoding: try FileSystem.read(Self.text), as: UTF8.self)
    let counts = try [whole, both].map { try Tokenizer($0).count(text) }
    #expect(abs(counts[0] - counts[1]) * 100 <= counts[0])
  }

  @Test func `Characters without a token get one, the most frequent up to a limit`() throws {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = 60
    let old = try TrainingRecipe(.bpe(settings), pipeline: PipelinePreset.metaspace.pipeline)
      .train(Corpus(files: [try directory.write("old", "ab ab\n")])).definition
    let file = try directory.write("new", "xy xy xy x z z ab\n")
    let new = try continued(old, size: 60, files: [file]) { $0.alphabetLimit = 2 }
    let vocabulary = TokenizerVocabulary(new)
    #expect(vocabulary.id(of: "x") != nil && vocabulary.id(of: "y") != nil)
    #expect(vocabulary.id(of: "z") == nil && vocabulary.id(of: "▁xy") != nil)
    #expect(vocabulary.id(of: "ab") == TokenizerVocabulary(old).id(of: "ab"))
  }

  @Test func `No merge forms a special token`() throws {
    var settings = BPETrainer.Settings()
    settings.vocabularySize = 256
    var recipe = TrainingRecipe(.bpe(settings), pipeline: PipelinePreset.gpt2.pipeline)
    recipe.specialTokens = ["xyz"]
    let old = try recipe.train(Corpus(files: [try directory.write("old", "")])).definition
    let file = try directory.write("new", String(repeating: "xyz\n", count: 9))
    let new = try bpe(continued(old, size: 300, files: [file]))
    #expect(!new.merges.contains { $0.result == 0 })
  }

  @Test func `Other models are refused with a reason`() throws {
    let letter: [(token: [UInt8], id: TokenID)] = [(token: [97], id: 0)]
    let vocabulary = Vocabulary(letter)
    let wordPiece = TokenizerDefinition(
      model: .wordPiece(WordPieceDefinition(vocabulary: vocabulary)))
    #expect(throws: TrainingError.self) { try BPEContinuation(wordPiece, vocabularySize: 9) }
    var ranks = BPEDefinition(vocabulary: vocabulary, merges: [])
    ranks.mergesShareRanks = true
    #expect(throws: TrainingError.self) {
      try BPEContinuation(TokenizerDefinition(model: .bpe(ranks)), vocabularySize: 9)
    }
  }
}
