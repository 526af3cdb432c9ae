import Tensors
import TestSupport
import Testing
import Tokenization
import WordPooling

@testable import Surgery

@Suite struct NGramRowsTests {
  @Test func `Rows that follow from the bytes of tokens are found for others`() throws {
    var generator = SeededGenerator(seed: 61)
    let words = (0..<600).map { _ in
      (0..<Int.random(in: 2...6, using: &generator)).map { _ in
        UInt8.random(in: 97...104, using: &generator)
      }
    }
    let grams = ByteNGrams(bucketCount: 64)
    let weights = Matrix((0..<64).map { _ in (0..<12).map { _ in generator.normal() } })
    let rows = LinearAlgebra.product(grams.counts(of: words), weights)
    let targets = (500..<600).map { TokenID($0) }
    let problem = EmbeddingProblem(
      base: rows.view, donor: nil, anchors: (0..<500).map { (donor: $0, base: $0) },
      targets: targets + [700],
      texts: Dictionary(uniqueKeysWithValues: words.enumerated().map { (TokenID($0), $1) }))
    let method = try MethodNotation.method("ngram-64")
    #expect(method.name == "ngram-64" && !method.needsDonor)
    let made = try method.fit(to: problem) { _ in }.rows(for: problem.targets[...])
    for (place, target) in targets.enumerated() {
      for column in 0..<12 {
        #expect(abs(made.rows[place, column] - rows[Int(target), column]) < 0.2)
      }
    }
    // A token without a text has nothing to go by.
    #expect(made.origins[100] == .mean)
  }
}
