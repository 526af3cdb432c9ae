import Hypernetworks
import Tensors
import Testing
import Tokenization

@Suite struct PredictionTests {
  @Test(arguments: GoldenHypernetwork.all)
  func `Predicted rows are PyTorch's`(_ golden: GoldenHypernetwork) throws {
    let network = try Hypernetwork(golden.path)
    let made = try network.predict(
      golden.surfaces, from: golden.source, language: golden.language)
    #expect(relativeError(made.input, try golden.matrix("made.input")) < 1e-4)
    if network.config.hasSeparateOutput {
      let output = try #require(made.output)
      #expect(relativeError(output, try golden.matrix("made.output")) < 1e-4)
    } else {
      #expect(made.output == nil)
    }
    if network.config.predictsBias {
      let biases = Matrix([try #require(made.biases)])
      let expected = try golden.matrix("made.bias")
      #expect(
        relativeError(biases, Matrix([(0..<expected.rows).map { expected[$0, 0] }])) < 1e-4)
    } else {
      #expect(made.biases == nil)
    }
  }

  @Test(arguments: GoldenHypernetwork.all)
  func `A token's row does not depend on what it is predicted with`(
    _ golden: GoldenHypernetwork
  ) throws {
    let network = try Hypernetwork(golden.path)
    let surfaces = try golden.surfaces
    let together = try network.predict(
      surfaces, from: golden.source, language: golden.language)
    for (row, surface) in surfaces.enumerated() {
      let alone = try network.predict(
        [surface], from: golden.source, language: golden.language)
      let expected = Matrix([together.input.row(row)])
      #expect(relativeError(alone.input, expected) < 1e-5)
    }
  }

  @Test func `Pieces beyond the surface length are left out`() throws {
    let golden = try #require(GoldenHypernetwork.all.first { $0.name == "separate" })
    let network = try Hypernetwork(golden.path)
    let long: [TokenID] = [1, 2, 4, 5, 6, 7, 8, 9]
    let short = Array(long.prefix(network.config.surfaceLength))
    let made = try network.predict([long], from: golden.source)
    #expect(try made.input.row(0) == network.predict([short], from: golden.source).input.row(0))
  }

  @Test func `No surfaces make no rows`() throws {
    let golden = try #require(GoldenHypernetwork.all.first)
    let made = try Hypernetwork(golden.path).predict([], from: golden.source, language: 0)
    #expect(made.input.rows == 0)
  }
}
