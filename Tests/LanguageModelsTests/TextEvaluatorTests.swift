import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import LanguageModels

/// Bits per byte of the models that ship with the package.
@Suite(.serialized) struct TextEvaluatorTests {
  private func text() throws -> [[UInt8]] {
    DocumentSeparator.blankLine.documents(in: try FileSystem.read(PackageFiles.exampleText))
      .map(Array.init)
  }

  /// The numbers of `tools/eval_bits_per_byte.py`.
  @Test(arguments: [
    (PackageFiles.exampleBase, 10_063, 1.30824), (PackageFiles.exampleDonor, 8_804, 1.26603),
  ])
  func `The shipped models score what transformers says`(path: String, tokens: Int, bits: Double)
    throws
  {
    let result = try TextEvaluator(path).evaluate(text())
    #expect(result.tokens == tokens && result.documents == 35)
    #expect(abs(result.bitsPerByte - bits) < 1e-4, "\(result.bitsPerByte)")
  }

  @Test func `The order of documents and the number of threads change nothing`() throws {
    let documents = Array(try text().prefix(8))
    let evaluator = try TextEvaluator(PackageFiles.exampleDonor, context: 64)
    let expected = try evaluator.evaluate(documents)
    var random = SeededGenerator(seed: 1)
    #expect(try evaluator.evaluate(documents.shuffled(using: &random)) == expected)
    defer { ThreadLimit.set(nil) }
    for limit in [1, 2, 3, 16] {
      ThreadLimit.set(limit)
      #expect(try evaluator.evaluate(documents) == expected)
    }
  }

  @Test func `Memory bounds change the batches and nothing else`() throws {
    let documents = Array(try text().prefix(6))
    var evaluator = try TextEvaluator(PackageFiles.exampleBase, context: 100)
    let expected = try evaluator.evaluate(documents)
    evaluator.memoryBudget = 1
    let small = try evaluator.evaluate(documents)
    #expect(small.tokens == expected.tokens && small.mostProbable == expected.mostProbable)
    #expect(abs(small.nats - expected.nats) < 1e-2)
  }

  @Test func `Windows hold each token once and never more than the context`() {
    for context in 2..<12 {
      for count in 1..<60 {
        let windows = ContextWindows.windows(count: count, context: context)
        #expect(windows.flatMap { Array($0.scored) } == Array(1..<max(count, 1)))
        for window in windows {
          #expect(window.tokens.count <= context && window.tokens.upperBound <= count)
          #expect(window.scored.lowerBound > window.tokens.lowerBound || window.scored.isEmpty)
          #expect(window.scored.upperBound == window.tokens.upperBound)
        }
      }
    }
  }

  @Test(arguments: [
    (DocumentSeparator.none, "a\n\nb\n", ["a\n\nb\n"]), (.none, "", []),
    (.nul, "a\n\0\0b\n\nc\n", ["a\n", "b\n\nc\n"]), (.nul, "\0", []),
    (.blankLine, "\n\na\nb\n\n\n\nc\n\nd\n", ["a\nb", "c", "d"]), (.blankLine, "\n\n\n", []),
    (.blankLine, "", []), (.blankLine, "a", ["a"]),
  ])
  func `Separators divide texts into documents`(
    separator: DocumentSeparator, text: String, documents: [String]
  ) {
    let found = separator.documents(in: Array(text.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    #expect(found == documents)
  }

  @Test func `No text is an error`() throws {
    let evaluator = try TextEvaluator(PackageFiles.exampleBase)
    #expect(throws: EvaluationError.noText) { try evaluator.evaluate([]) }
  }

  // MARK: Target's cuts

  @Test func `Cut as itself, a text has its own tokens`() throws {
    let tokenizer = try Tokenizer(contentsOf: PackageFiles.exampleDonor)
    let cuts = TargetCuts(base: tokenizer, target: tokenizer)
    for document in try text().prefix(5) {
      let ids = try tokenizer.encode(utf8: document, addSpecialTokens: false).ids
      #expect(cuts.tokens(for: ids) == ids)
    }
  }

  @Test func `Cut as another vocabulary cuts, tokens still spell the text`() throws {
    let base = try Tokenizer(contentsOf: PackageFiles.exampleBase)
    let donor = try Tokenizer(contentsOf: PackageFiles.exampleDonor)
    var text = Array("naïve “quotes” and 日本語 🙂 in the beginning".utf8)
    text += try self.text()[0]
    for (from, to) in [(donor, base), (base, donor)] {
      let cuts = TargetCuts(base: to, target: from)
      let ids = cuts.tokens(for: try from.encode(utf8: text, addSpecialTokens: false).ids)
      let target = TokenSpelling(to.definition, to.vocabulary)
      #expect(ids.flatMap { target.text(of: $0) ?? [] } == text)
    }
  }
}
