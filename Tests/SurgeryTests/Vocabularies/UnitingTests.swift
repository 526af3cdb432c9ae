import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Two vocabularies as one.
@Suite struct UnitingTests {
  private let base = PackageFiles.path("vocabs/example-base")
  private let donor = PackageFiles.path("vocabs/example-donor")

  /// The tokens and merges of example-donor, with example-base's way of cutting texts into words.
  private var other: TokenizerDefinition {
    get throws {
      var other = try TokenizerDefinition(contentsOf: donor)
      let own = try TokenizerDefinition(contentsOf: base)
      (other.normalizer, other.preTokenizer) = (own.normalizer, own.preTokenizer)
      return other
    }
  }

  private var text: String {
    get throws {
      String(decoding: try FileSystem.read(PackageFiles.exampleText), as: UTF8.self)
    }
  }

  @Test func `Every token of both is there, and the model's keep their ids`() throws {
    let model = try ModelDirectory(base)
    let other = try self.other
    let united = try DerivedVocabulary(uniting: model, with: other)
    let vocabulary = TokenizerVocabulary(united.definition)
    for id in model.vocabulary.ids {
      #expect(vocabulary.spelling(of: id) == model.vocabulary.spelling(of: id))
    }
    let spellings = Set(vocabulary.ids.compactMap { vocabulary.spelling(of: $0) })
    let theirs = TokenizerVocabulary(other)
    #expect(theirs.ids.allSatisfy { spellings.contains(theirs.spelling(of: $0) ?? []) })
    // What the one tokenizer makes of a token's text, the united one makes too.
    let (old, new) = (try Tokenizer(other), try Tokenizer(united.definition))
    let spelling = TokenSpelling(other, theirs)
    for id in theirs.ids {
      guard let bytes = spelling.text(of: id), let text = String(validating: bytes, as: UTF8.self),
        try old.ids(of: text, addSpecialTokens: false) == [id]
      else { continue }
      #expect(try new.ids(of: text, addSpecialTokens: false).count == 1, "\(text)")
    }
    for line in try text.split(separator: "\n").prefix(200) {
      let ids = try new.ids(of: String(line), addSpecialTokens: false)
      #expect(try new.decode(ids) == String(line))
      #expect(try ids.count <= old.ids(of: String(line), addSpecialTokens: false).count + 8)
    }
  }

  @Test func `A second model on the united vocabulary has the same ids and rows`() throws {
    let directory = try TemporaryDirectory()
    let model = try ModelDirectory(base)
    let united = try DerivedVocabulary(uniting: model, with: other)
    var options = TransplantOptions(method: PieceRows(.mean))
    options.heldOutCount = 0
    options.rowCount = .multiple(of: 64)
    _ = try Transplant(base: model, target: TransplantTarget(united, of: model), options: options)
      .write(to: directory("first"))
    options.rowCount = .donor
    _ = try Transplant(
      base: ModelDirectory(donor), donor: ModelDirectory(directory("first")), options: options
    ).write(to: directory("second"))
    let verification = ModelVerification(directory("second"), sameIDsAs: directory("first"))
    #expect(verification.problems == [])
    let apart = ModelVerification(directory("second"), sameIDsAs: donor).problems
    #expect(apart.contains { $0.contains("ids have other tokens") })
    #expect(apart.contains { $0.hasPrefix("rows is") })
  }

  @Test func `Tokenizers that cut texts differently are not united`() throws {
    let model = try ModelDirectory(base)
    #expect(throws: DerivationError.differentPipelines) {
      try DerivedVocabulary(uniting: model, with: TokenizerDefinition(contentsOf: donor))
    }
    let wordPiece = try TokenizerDefinition(
      contentsOf: PackageFiles.path("vocabs/graft-wordpiece-16k/vocab.txt"))
    #expect(throws: DerivationError.notUnitable) {
      try DerivedVocabulary(uniting: model, with: wordPiece)
    }
  }
}
