import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Vocabularies that take on tokens.
@Suite struct ExtendingTests {
  private func extend(_ file: String, _ texts: [String], asAdded: Bool) throws -> (
    old: Tokenizer, new: Tokenizer
  ) {
    let definition = try TokenizerDefinition(contentsOf: PackageFiles.path(file))
    var extending = try VocabularyExtension(definition)
    for text in texts {
      if asAdded { extending.addAdded(text) } else { try extending.add(text) }
    }
    return (try Tokenizer(definition), try Tokenizer(extending.extended()))
  }

  @Test(
    "Each new text is one token, old tokens keep their ids, and other texts are cut as before",
    arguments: [
      ("vocabs/graft-32k/tokenizer.json.gz", false), ("vocabs/example-base/tokenizer.json", false),
      ("vocabs/graft-wordpiece-16k/vocab.txt", false), ("vocabs/graft-32k/tokenizer.json.gz", true),
      ("vocabs/graft-wordpiece-16k/vocab.txt", true),
    ])
  func extends(_ file: String, asAdded: Bool) throws {
    let texts = ["zyzzyvaqux", "qwfpgjlu", "zyzzyvaquxes"]
    let (old, new) = try extend(file, texts, asAdded: asAdded)
    let last = try #require(old.vocabulary.ids.last)
    for id in old.vocabulary.ids {
      #expect(new.vocabulary.spelling(of: id) == old.vocabulary.spelling(of: id))
    }
    for text in texts.prefix(2) {
      let ids = try new.ids(of: text, addSpecialTokens: false)
      #expect(ids.count == 1 && ids[0] > last)
    }
    let text = String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
    let lines = text.split(separator: "\n").prefix(100)
    for line in lines { #expect(try new.ids(of: String(line)) == old.ids(of: String(line))) }
  }

  @Test("A text that the pre-tokenizer divides cannot be one token of the model")
  func refusesDividedTexts() throws {
    #expect(throws: DerivationError.unreachable("zyzzyva qux")) {
      try extend("vocabs/example-base/tokenizer.json", ["zyzzyva qux"], asAdded: false)
    }
  }

  @Test("A unigram model prefers a new piece to the parts that it had")
  func extendsUnigram() throws {
    var model = UnigramDefinition(
      vocabulary: Vocabulary(
        ["<unk>", "a", "b", "ab", "c"].enumerated().map { (Array($1.utf8), TokenID($0)) }),
      scores: [0, -1, -2, -2.5, -3])
    model.unknownID = 0
    var extending = try VocabularyExtension(TokenizerDefinition(model: .unigram(model)))
    try extending.add("abc")
    let tokenizer = try Tokenizer(extending.extended())
    #expect(try tokenizer.ids(of: "abc") == [5])
    #expect(try tokenizer.ids(of: "abac") == [3, 1, 4])
    #expect(try tokenizer.ids(of: "x") == [0])
  }

  @Test("An extended model keeps its rows bit for bit and gets one for each new token")
  func extendsModels() throws {
    let directory = try TemporaryDirectory()
    let base = try ModelDirectory(PackageFiles.exampleBase)
    let derived = try DerivedVocabulary(extending: base, with: ["zyzzyvaqux"])
    let out = directory("out")
    _ = try Transplant(
      base: base, target: TransplantTarget(derived, of: base),
      options: TransplantOptions(method: try MethodNotation.method("fvt"))
    ).write(to: out)
    let new = try ModelDirectory(out)
    #expect(ModelVerification(out).problems.isEmpty)
    #expect(new.vocabularyTensors.rows == base.vocabulary.idBound + derived.newTokens.count)
    for row in base.vocabulary.ids.map(Int.init) {
      #expect(
        new.vocabularyTensors.input.matrix.row(row) == base.vocabularyTensors.input.matrix.row(row))
    }
  }

  @Test("A tokenizer with another token under an old id extends nothing")
  func refusesChangedTokens() throws {
    let base = try ModelDirectory(PackageFiles.exampleBase)
    let other = try TokenizerDefinition(contentsOf: PackageFiles.exampleDonor)
    #expect(throws: DerivationError.self) {
      try DerivedVocabulary(extending: base, to: other)
    }
  }
}
