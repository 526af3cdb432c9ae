import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Vectors that are learnt from a text, and transplants by them.
@Suite struct TextVectorsTests {
  // MARK: Drawing

  @Test func `Numbers are drawn as often as their weights say`() {
    let weights = [0.0, 1, 2, 0.5, 4, 0]
    let table = AliasTable(weights: weights)
    var random = SplitMix64(seed: 5)
    var counts = [Int](repeating: 0, count: weights.count)
    let draws = 75_000
    for _ in 0..<draws { counts[table.draw(&random)] += 1 }
    for (weight, count) in zip(weights, counts) {
      let expected = Double(draws) * weight / 7.5
      // Five standard deviations.
      #expect((Double(count) - expected).magnitude <= 5 * expected.squareRoot(), "\(weight)")
    }
  }

  @Test func `Without weights all numbers are drawn`() {
    let table = AliasTable(weights: [0, 0, 0])
    var random = SplitMix64(seed: 1)
    #expect(Set((0..<100).map { _ in table.draw(&random) }) == [0, 1, 2])
  }

  // MARK: Learning

  /// Sentences of words 0..<8 or of words 8..<16; word 16 occurs nine times, 17 not at all.
  private func text(seed: UInt64) -> [TokenID] {
    var random = SplitMix64(seed: seed)
    var text: [TokenID] = []
    for sentence in 0..<600 {
      let topic = TokenID(sentence % 2 * 8)
      for _ in 0..<12 { text.append(topic + .random(in: 0..<8, using: &random)) }
      if sentence < 9 { text.append(16) }
    }
    return text
  }

  private var settings: ContinuousBagOfWords.Settings {
    var settings = ContinuousBagOfWords.Settings()
    settings.dimension = 12
    // Every word is frequent in so short a text.
    settings.frequent = 1
    return settings
  }

  private func vectors(seed: UInt64) -> Matrix {
    ContinuousBagOfWords.vectors(of: text(seed: 3), tokenCount: 18, settings, seed: seed) { _ in }
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func `Tokens in the same company are near each other`(
    seed: UInt64
  ) {
    let units = vectors(seed: seed).withUnitRows()
    func cosine(_ a: Int, _ b: Int) -> Float {
      zip(units.row(a), units.row(b)).reduce(0) { $0 + $1.0 * $1.1 }
    }
    for word in 0..<16 {
      let (same, other) = (0..<16).filter { $0 != word }.reduce(into: ([Float](), [Float]())) {
        if $1 / 8 == word / 8 {
          $0.0.append(cosine(word, $1))
        } else {
          $0.1.append(cosine(word, $1))
        }
      }
      #expect((same.min() ?? 0) > (other.max() ?? 1), "word \(word)")
    }
  }

  @Test func `Tokens that are too rare have rows of zeros`() {
    let vectors = vectors(seed: 1)
    #expect((0..<18).filter { vectors.isZero(row: $0) } == [16, 17])
  }

  @Test func `The same text and seed give the same bits`() {
    func bits(_ matrix: Matrix) -> [UInt32] { matrix.withElements { $0.map(\.bitPattern) } }
    #expect(bits(vectors(seed: 4)) == bits(vectors(seed: 4)))
    #expect(bits(vectors(seed: 4)) != bits(vectors(seed: 5)))
  }

  @Test func `Nothing is learnt from no text`() {
    let none = ContinuousBagOfWords.vectors(of: [], tokenCount: 3, seed: 0) { _ in }
    #expect((0..<3).allSatisfy { none.isZero(row: $0) })
  }

  // MARK: Transplants

  private func options(_ method: any EmbeddingMethod, _ text: String) -> TransplantOptions {
    var options = TransplantOptions(method: method)
    options.vectorText = VectorText(paths: [text])
    options.heldOutCount = 0
    return options
  }

  @Test func `A text gives a tokenizer without a model the methods that need a donor's rows`()
    throws
  {
    let folder = try TemporaryDirectory()
    let target = try TransplantTarget(tokenizer: PackageFiles.exampleDonor + "/tokenizer.json")
    let transplant = try Transplant(
      base: ModelDirectory(PackageFiles.exampleBase), target: target,
      options: options(SimilarityTransfer(.focus(sharpness: 4)), PackageFiles.exampleText))
    let report = try transplant.write(to: folder("out"))
    #expect(report.matrices.allSatisfy { $0.method == "focus-4" })
    let manifest = try JSON(contentsOf: folder("out/graft.json"))
    let files = try Array(manifest.required("options").required("vectorsFrom").elements)
    #expect(files.map(\.string) == ["example-test.txt"])
    let rows = try Array(manifest.required("matrices").elements)[0].required("rows").elements
    #expect(rows.contains { $0["from"]?.string == "focus-4" })
    // A token that the text hardly has.
    #expect(rows.contains { $0["from"]?.string == "mean" })
  }

  @Test func `A text that is too short is refused`() throws {
    let folder = try TemporaryDirectory()
    let text = try folder.write("text", "In the beginning\n")
    let target = try TransplantTarget(tokenizer: PackageFiles.exampleDonor + "/tokenizer.json")
    let transplant = try Transplant(
      base: ModelDirectory(PackageFiles.exampleBase), target: target,
      options: options(SimilarityTransfer(.nearest(4)), text))
    #expect(throws: MethodError.noVectors(files: [text])) {
      try transplant.write(to: folder("out"))
    }
    #expect(FileSystem.kind(folder("out")) == nil)
  }

  @Test func `A text that is not UTF-8 is refused by its name`() throws {
    let folder = try TemporaryDirectory()
    let path = folder("text")
    try FileSystem.writeAtomically([0x61, 0xFF, 0x62], to: path, replacing: false)
    let target = try TransplantTarget(tokenizer: PackageFiles.exampleDonor + "/tokenizer.json")
    #expect {
      try VectorText(paths: [path]).tokens(of: Tokenizer(target.definition)) { _ in }
    } throws: { "\($0)".contains(path) }
  }
}
