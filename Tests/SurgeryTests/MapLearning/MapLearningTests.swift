import ByteIO
import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Maps that are learnt from what a model writes, on the model that ships with the project.
@Suite struct MapLearningTests {
  private static let base = PackageFiles.root + "/vocabs/example-base"
  private static let tokenizer = PackageFiles.root + "/vocabs/example-donor"
  private static let text = PackageFiles.root + "/vocabs/example-test.txt"

  private func transplant(_ options: TransplantOptions, to path: String) throws -> TransplantReport
  {
    try Transplant(
      base: ModelDirectory(Self.base),
      target: TransplantTarget(tokenizer: Self.tokenizer), options: options
    ).write(to: path)
  }

  private func bitsPerByte(_ path: String) throws -> Double {
    let documents = DocumentSeparator.blankLine.documents(in: try FileSystem.read(Self.text))
    return try TextEvaluator(path, context: 256).evaluate(documents.prefix(12).map { Array($0) })
      .bitsPerByte
  }

  @Test func `A model that learns maps from its own text predicts other text better`() throws {
    let directory = try TemporaryDirectory()
    var options = TransplantOptions()
    options.learningTokens = 6000
    let report = try transplant(options, to: directory("learnt"))
    let learning = try #require(report.matrices[0].selection?.learning)
    #expect(learning.after < learning.before)
    options.learningTokens = 0
    let without = try transplant(options, to: directory("plain"))
    #expect(without.matrices[0].selection?.learning == nil)
    let (learnt, plain) = try (bitsPerByte(directory("learnt")), bitsPerByte(directory("plain")))
    #expect(learnt < plain)
  }
}
