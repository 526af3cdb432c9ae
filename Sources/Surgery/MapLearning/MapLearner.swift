internal import LanguageModels
internal import Tensors
internal import Tokenization

/// Learns corrections of rows from text: down the gradient of what the text costs the model with its new
/// tokens, with all weights but the maps of the corrections held constant.
///
/// The text is as a rule what the base has written itself, so that the model learns to say with the new
/// tokens what it said with the old ones: a distillation, without data, into a linear hypernetwork (the
/// paper of such networks is arXiv:2405.07883; theirs are transformers, and need text).
struct MapLearner {
  /// The corrections of the rows of one model.
  struct Corrections: Sendable {
    /// The input rows, or those of a matrix that is both.
    var input: LinearCorrection
    /// `nil` where the input rows are the output rows too.
    var output: LinearCorrection?

    var inputRows: Matrix { input.rows() }
    var outputRows: Matrix { output?.rows() ?? input.rows() }
  }

  /// What is read: texts in the tokens of the new vocabulary.
  let documents: [[TokenID]]
  let scoring: OwnTextScoring
  /// Which of the two corrections are learnt; a matrix whose method was asked for is left alone.
  let learnsInput: Bool
  let learnsOutput: Bool
  let seed: UInt64

  /// The documents of one step.
  private static let batchSize = 16
  /// How often the text is gone through.
  static let passes = 2
  /// The rate of the first step for maps of one dimension; it falls evenly to zero. What a step changes
  /// about a row grows with the root of the dimensions.
  private static let rate: Float = 0.007

  /// The corrections that have been learnt.
  ///
  /// - Throws: what running the model throws, and what `progress` throws.
  func learn(
    _ corrections: Corrections, progress: (Double) throws -> Void
  ) throws -> Corrections {
    var learnt = corrections
    var generator = SplitMix64(seed: seed)
    let steps = (documents.count + Self.batchSize - 1) / Self.batchSize * Self.passes
    let first = Self.rate / Float(corrections.input.start.columns).squareRoot()
    var done = 0
    for _ in 0..<Self.passes {
      let order = documents.indices.shuffled(using: &generator)
      for start in stride(from: 0, to: order.count, by: Self.batchSize) {
        let batch = order[start..<min(start + Self.batchSize, order.count)].map { documents[$0] }
        try step(batch, &learnt, rate: first * Float(steps - done) / Float(steps))
        done += 1
        try progress(Double(done) / Double(steps))
      }
    }
    return learnt
  }

  private func step(_ batch: [[TokenID]], _ learnt: inout Corrections, rate: Float) throws {
    let read = batch.map { $0.dropLast() }
    let places = scoring.places(in: read)
    let occurring = Array(Set(places.compactMap { $0 })).sorted()
    let isShared = learnt.output == nil
    let outputRows = isShared ? learnt.input.rows() : learnt.outputRows
    let inputRows = isShared ? outputRows : learnt.input.rows(at: occurring)
    let gradient = try scoring.gradient(of: batch, inputRows: inputRows, outputRows: outputRows)
    let count = Float(max(batch.reduce(0) { $0 + $1.count }, 1))
    var inputSlopes: Matrix?
    if learnsInput, !occurring.isEmpty {
      let slopes = Self.gather(gradient.inputs, places, occurring)
      inputSlopes = learnt.input.mapGradient(slopes, at: occurring)
    }
    let all = Array(0..<outputRows.rows)
    if isShared {
      var slopes = learnt.input.mapGradient(gradient.outputs, at: all)
      if let inputSlopes { slopes.add(inputSlopes) }
      learnt.input.step(slopes.scaled(by: 1 / count), rate: rate)
      return
    }
    if let inputSlopes { learnt.input.step(inputSlopes.scaled(by: 1 / count), rate: rate) }
    if learnsOutput, let slopes = learnt.output?.mapGradient(gradient.outputs, at: all) {
      learnt.output?.step(slopes.scaled(by: 1 / count), rate: rate)
    }
  }

  /// Adds up the gradients by the rows of each target over the places where it was read.
  ///
  /// - Parameters:
  ///   - slopes: one row per place in the text.
  ///   - places: the target at each of them, if it is one.
  ///   - targets: those that occur, ascending; the result has a row for each.
  private static func gather(_ slopes: Matrix, _ places: [Int?], _ targets: [Int]) -> Matrix {
    let rows = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($1, $0) })
    var result = Matrix(rows: targets.count, columns: slopes.columns)
    for (position, place) in places.enumerated() {
      guard let row = place.flatMap({ rows[$0] }) else { continue }
      slopes.withRow(position) { slope in
        result.withMutableRow(row) { sum in
          for column in sum.indices { sum[column] += slope[column] }
        }
      }
    }
    return result
  }
}
