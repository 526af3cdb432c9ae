import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles
import TokenizerTraining

@testable import Surgery

/// Vocabularies of which tokens are dropped.
@Suite struct PruningTests {
  private static let texts: [String] = {
    let bytes = (try? FileSystem.read(PackageFiles.exampleText)) ?? []
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
  }()

  @Test(
    "A text of which all tokens are kept is cut as before, for every kind of model",
    arguments: [
      "vocabs/graft-32k/tokenizer.json.gz", "vocabs/graft-unigram-16k/tokenizer.model",
      "vocabs/graft-wordpiece-16k/vocab.txt", "vocabs/example-donor/tokenizer.json",
    ])
  func cutsAsBefore(_ file: String) throws {
    let definition = try TokenizerDefinition(contentsOf: PackageFiles.path(file))
    let old = try Tokenizer(definition)
    let texts = Self.texts.prefix(120)
    var kept = Set(try texts.flatMap { try old.ids(of: $0) })
    let used = kept.count
    kept.formUnion(KeptTokens.required(by: definition.model))
    kept.formUnion(old.vocabulary.added.keys)
    if let derivations = MergeDerivations(definition.model) {
      for id in kept { kept.formUnion(derivations.parts(of: id)) }
    }
    #expect(used < kept.count && kept.count < old.vocabulary.ids.count / 2)
    let newIDs = Dictionary(
      uniqueKeysWithValues: kept.sorted().enumerated().map { ($0.element, TokenID($0.offset)) })
    let new = try Tokenizer(try definition.withNewIDs(newIDs))
    for text in texts {
      #expect(try new.ids(of: text) == old.ids(of: text).map { newIDs[$0] })
    }
    for text in Self.texts.suffix(50) {
      #expect(try new.decode(new.ids(of: text, addSpecialTokens: false)).isEmpty == text.isEmpty)
    }
  }

  @Test("A token is made from what the reasons of its encoding say")
  func derivesAsExplained() throws {
    let definition = try TokenizerDefinition(
      contentsOf: PackageFiles.exampleDonor + "/tokenizer.json")
    let tokenizer = try Tokenizer(definition)
    let explainer = TokenExplainer(tokenizer)
    let derivations = try #require(MergeDerivations(definition.model))
    var checked = 0
    for id in tokenizer.vocabulary.model.entries.map(\.id).filter({ $0 % 7 == 0 }) {
      let text = try tokenizer.decode([id])
      let encoding = try tokenizer.encode(text, addSpecialTokens: false)
      guard encoding.ids == [id],
        case .merges(let steps)? = explainer.explain(encoding).first?.reason
      else { continue }
      let expected = Set(steps.flatMap { [$0.left, $0.right, $0.result] }).subtracting([id])
      #expect(derivations.parts(of: id) == expected)
      checked += 1
    }
    #expect(checked > 100)
  }

  @Test("A pruned model has the rows of its tokens bit for bit, and all ids in its files are new")
  func prunesModels() throws {
    var base = TransplantCase.base
    base.biasNames = ["lm_head.bias"]
    base.modelType = "phi"
    base.config = [("eos_token_id", "[1, \(try #require(base.id(of: " word7")))]")]
    base.generationConfig = #"{"eos_token_id": 1, "suppress_tokens": [0, 2]}"#
    let directory = try TemporaryDirectory()
    let path = try base.write(to: directory("base"))
    let model = try ModelDirectory(path)
    let word = TokenID(try #require(base.id(of: " word30")))
    var request = PruningRequest()
    request.usage = [word: 3, TokenID(try #require(base.id(of: " word31"))): 1]
    request.minimumCount = 2
    let derived = try DerivedVocabulary(pruning: model, request)
    let out = directory("out")
    _ = try Transplant(
      base: model, target: TransplantTarget(derived, of: model),
      options: TransplantOptions(method: ConstantRows.mean)
    ).write(to: out)
    let new = try ModelDirectory(out)
    // The special tokens, the bytes, the token that the config names and the word that occurs.
    #expect(new.vocabulary.ids.count == 3 + 256 + 2)
    #expect(new.configVocabularySize == 261)
    #expect(ModelVerification(out).problems.isEmpty)
    let tensors = [
      (model.vocabularyTensors.input, new.vocabularyTensors.input),
      (try #require(model.vocabularyTensors.output), try #require(new.vocabularyTensors.output)),
      (model.vocabularyTensors.biases[0], new.vocabularyTensors.biases[0]),
    ]
    for id in new.vocabulary.ids {
      let old = try #require(derived.origins[id])
      #expect(new.vocabulary.spelling(of: id) == model.vocabulary.spelling(of: old))
      for (oldTensor, newTensor) in tensors {
        #expect(oldTensor.matrix.row(Int(old)) == newTensor.matrix.row(Int(id)))
      }
    }
    let eos = new.config["eos_token_id"]?.elements.compactMap(\.int)
    #expect(eos == [1, Int(try #require(new.vocabulary.id(of: "Ġword7")))])
    #expect(new.generationConfig?["suppress_tokens"]?.elements.compactMap(\.int) == [0, 2])
  }

  @Test("A size keeps the most frequent tokens, and never less than what must be there")
  func keepsToSize() throws {
    let model = try ModelDirectory(PackageFiles.exampleBase)
    let corpus = Corpus(files: [PackageFiles.exampleText])
    var request = PruningRequest()
    request.usage = try corpus.tokenUsage(Tokenizer(model.tokenizer))
    request.size = 800
    let derived = try DerivedVocabulary(pruning: model, request)
    #expect(TokenizerVocabulary(derived.definition).ids.count == 800)
    request.size = 100
    #expect(throws: DerivationError.self) { try DerivedVocabulary(pruning: model, request) }
    #expect(throws: DerivationError.nothingAsked) {
      try DerivedVocabulary(pruning: model, PruningRequest())
    }
  }

  @Test("Usage counts what the tokenizer makes of a corpus, on any number of threads")
  func countsUsage() throws {
    let tokenizer = try Tokenizer(TokenizerDefinition(contentsOf: PackageFiles.exampleBase))
    let text = try FileSystem.read(PackageFiles.exampleText)
    var expected: [TokenID: Int] = [:]
    for id in try tokenizer.ids(ofUTF8: text) { expected[id, default: 0] += 1 }
    for threads in [1, 3] {
      let usage = try Corpus(files: [PackageFiles.exampleText])
        .tokenUsage(tokenizer, threadCount: threads)
      #expect(usage == expected)
    }
  }
}
