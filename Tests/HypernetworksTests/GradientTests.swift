import LanguageModels
import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Hypernetworks

/// A hypernetwork in memory with a loss: a weighted sum of everything that it predicts.
private final class Probe {
  let golden: GoldenHypernetwork
  let config: HypernetworkConfig
  let layout: ParameterLayout
  let storage: FloatStorage
  private let batch: SurfaceBatch
  private let source: SourceRows
  private let language: Int?

  init(_ golden: GoldenHypernetwork) throws {
    self.golden = golden
    let network = try Hypernetwork(golden.path)
    config = network.config
    let stored = try Parameters(Checkpoint(golden.path), config)
    layout = stored.layout
    storage = FloatStorage(count: layout.count)
    for tensor in layout.tensors {
      for (place, value) in zip(tensor.places, stored.vector(tensor.name)) {
        storage.start[place] = value
      }
    }
    batch = SurfaceBatch(try golden.surfaces, config)
    source = try golden.source
    language = try golden.language
  }

  private var network: SurfaceNetwork { SurfaceNetwork(Parameters(layout, in: storage), config) }

  private func weight(_ row: Int, _ column: Int) -> Float {
    Float((row * 31 + column * 17) % 13) / 6 - 1
  }

  func loss() -> Double {
    let output = network.run(batch, source, language: language)
    var sum = 0.0
    for row in 0..<output.rows.rows {
      for column in 0..<output.rows.columns {
        sum += Double(weight(row, column)) * Double(output.rows[row][column])
      }
      if let biases = output.biases { sum += Double(weight(row, -1)) * Double(biases[row][0]) }
    }
    return sum
  }

  func gradient() -> ParameterGradient {
    let gradient = ParameterGradient(layout)
    let (output, trace) = network.runForTraining(batch, source, language: language)
    let slope = RowBuffer(rows: output.rows.rows, columns: output.rows.columns)
    let biasSlope = RowBuffer(rows: slope.rows, columns: 1)
    for row in 0..<slope.rows {
      for column in 0..<slope.columns { slope[row][column] = weight(row, column) }
      biasSlope[row][0] = weight(row, -1)
    }
    network.carryBack(slope, biasSlope: biasSlope, trace, into: gradient)
    return gradient
  }

  /// The slope of the loss along a direction of some parameters, by differences of fourth order.
  func slope(along direction: [Float], of places: Range<Int>) -> Double {
    let step: Float = 0.01
    let original = places.map { storage.start[$0] }
    func loss(_ factor: Float) -> Double {
      for (index, place) in places.enumerated() {
        storage.start[place] = original[index] + factor * step * direction[index]
      }
      return self.loss()
    }
    let result = (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / Double(12 * step)
    for (index, place) in places.enumerated() { storage.start[place] = original[index] }
    return result
  }
}

@Suite struct GradientTests {
  @Test(arguments: GoldenHypernetwork.all)
  func `Gradients by every tensor are the slopes of the loss`(
    _ golden: GoldenHypernetwork
  ) throws {
    let probe = try Probe(golden)
    let gradient = probe.gradient()
    var generator = SplitMix64(seed: 3)
    for tensor in probe.layout.tensors where tensor.isTrained {
      let slopes = tensor.places.map { gradient.elements[$0] }
      let norm = slopes.reduce(0) { $0 + $1 * $1 }.squareRoot()
      // Half along the gradient, half along a random direction.
      let noise = slopes.map { _ in Float(generator.nextNormal()) }
      let noiseNorm = noise.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let direction = zip(slopes, noise).map { slope, noise in
        (norm > 0 ? slope / norm : 0) + noise / noiseNorm
      }
      let expected = zip(slopes, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let measured = probe.slope(along: direction, of: tensor.places)
      // The keys' biases change nothing, since they add the same to all scores of a query.
      let tolerance = max(0.01 * abs(expected), 0.02)
      #expect(abs(measured - expected) < tolerance, "\(tensor.name): \(measured), \(expected)")
    }
  }

  @Test func `A run for training predicts what any run does`() throws {
    for golden in GoldenHypernetwork.all {
      let stored = try Hypernetwork(golden.path)
      let parameters = try Parameters(Checkpoint(golden.path), stored.config)
      let network = SurfaceNetwork(parameters, stored.config)
      let batch = SurfaceBatch(try golden.surfaces, stored.config)
      let trained = network.runForTraining(
        batch, try golden.source, language: try golden.language
      ).output.rows
      let plain = network.run(batch, try golden.source, language: try golden.language).rows
      #expect(trained.matrix(rows: 0..<trained.rows).row(0) == plain.matrix(rows: 0..<1).row(0))
    }
  }
}
