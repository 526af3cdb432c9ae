import Graft

/// Any bytes as the config and the weights of a hypernetwork, apart by a line of `%%`: opening fails with an error,
/// or rows are predicted.
struct HypernetworkTarget: Sendable {
  /// Larger networks are opened, but not run.
  private static let largestSize = 64
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func run(_ bytes: [UInt8]) {
    let files = parts(bytes, atMost: 2)
    _ = scratch.write("config.json", files[0])
    _ = scratch.write("model.safetensors", files.count > 1 ? files[1] : [])
    guard let network = try? Hypernetwork(scratch.path) else { return }
    let config = network.config
    let rows = config.originalVocabularySize
    guard rows <= Self.largestSize, config.embeddingSize <= Self.largestSize,
      config.hiddenSize <= Self.largestSize
    else { return }
    let elements: [[Float]] = (0..<rows).map { row in
      (0..<config.embeddingSize).map { Float((row * 7 + $0 * 3) % 11 - 5) }
    }
    let matrix = Matrix(elements)
    let source = SourceRows(
      input: matrix.view, output: config.hasSeparateOutput ? matrix.view : nil)
    let surfaces: [[TokenID]] = [[0], [TokenID(rows - 1), 0, TokenID(rows / 2)]]
    guard let prediction = try? network.predict(surfaces, from: source) else { return }
    precondition(prediction.input.rows == surfaces.count, "a row is missing")
  }
}
