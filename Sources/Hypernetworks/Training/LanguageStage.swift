internal import Glibc
internal import LanguageModels
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// The stage in which the language model says what predicted rows are worth.
struct LanguageStage {
  private let subject: HypernetworkSubject
  private let model: LanguageModel
  private let config: HypernetworkConfig
  private let recipe: HypernetworkRecipe
  private let words: TrainingWords
  private let candidates: PieceCandidates
  private let tokens: TrainingTokens
  private let loss: RowLoss

  /// The text that a tokenizer is sampled from, in windows of the size that the model reads.
  private static let sampledWindows = 512
  /// The windows of held-out text.
  private static let heldOutWindows = 12
  /// Fewer words teach nothing.
  private static let fewestWords = 100

  /// - Throws: `HypernetworkError` when the model cannot be run or there is hardly any text.
  init(
    _ subject: HypernetworkSubject, _ config: HypernetworkConfig, _ recipe: HypernetworkRecipe,
    documents: [ArraySlice<UInt8>], tokens: TrainingTokens, loss: RowLoss
  ) throws {
    guard let model = subject.language else {
      throw HypernetworkError(
        subject.directory,
        .training(
          "graft cannot run the model, and so not learn from text; ask for 0 steps on text"))
    }
    self.subject = subject
    self.model = model
    self.config = config
    self.recipe = recipe
    self.tokens = tokens
    self.loss = loss
    words = try TrainingWords(documents, subject.splitting)
    guard words.documents.reduce(0, { $0 + $1.count }) >= Self.fewestWords else {
      throw HypernetworkError(
        subject.directory,
        .training("the text has fewer than \(Self.fewestWords) words; there is nothing to learn"))
    }
    candidates = PieceCandidates(words.words, subject.segmentation)
  }

  // MARK: A step

  /// Adds the gradients of a step by the parameters.
  ///
  /// - Returns: the loss: the text's, in nats per token, and that of own rows with its weight.
  func differentiate(
    _ network: SurfaceNetwork, step: Int, into gradient: ParameterGradient
  ) throws -> Double {
    var generator = SplitMix64(seed: recipe.seed, purpose: 4, step: step)
    let vocabulary = sample(words.documents, isNoisy: true, &generator)
    let windows = words.windows(
      recipe.windowCount, bytes: recipe.windowBytes, of: words.documents, &generator)
    let own = tokens.identities(recipe, step: step).prefix(recipe.rowBatch / 2)
    let surfaces = vocabulary.predicted.map { candidates.pieces[$0] } + own.map(\.pieces)
    let batch = SurfaceBatch(surfaces.map { Array($0.prefix(config.surfaceLength)) }, config)
    let (made, trace) = network.runForTraining(batch, subject.rows, language: nil)
    let slope = RowBuffer(rows: made.rows.rows, columns: made.rows.columns)
    let cost = try textCost(
      of: windows, vocabulary, made.rows, into: slope)
    let losses = loss.differentiate(
      made.rows, first: vocabulary.predicted.count, of: own.map { Int($0.token) },
      weight: recipe.auxiliaryWeight, into: slope)
    network.carryBack(slope, biasSlope: nil, trace, into: gradient)
    let auxiliary = losses.reduce(0, +) / Double(losses.count)
    return cost.nats / Double(max(cost.tokens, 1)) + Double(recipe.auxiliaryWeight) * auxiliary
  }

  // MARK: Held-out text

  /// The bits per byte of held-out text.
  ///
  /// - Parameter network: what predicts the rows of new tokens; `nil` for the mean of the pieces' rows.
  /// - Returns: `nil` when no text is held out.
  func heldOutCost(_ network: SurfaceNetwork?) throws -> Double? {
    var generator = SplitMix64(seed: recipe.seed, purpose: 5, step: 0)
    let vocabulary = sample(words.documents, isNoisy: false, &generator)
    let windows = words.windows(
      Self.heldOutWindows, bytes: 2 * recipe.windowBytes, of: words.heldOut, &generator)
    let bytes = windows.joined().reduce(0) { $0 + words.words[Int($1)].count }
    guard bytes > 0 else { return nil }
    let surfaces = vocabulary.predicted.map {
      Array(candidates.pieces[$0].prefix(config.surfaceLength))
    }
    let rows =
      network?.run(SurfaceBatch(surfaces, config), subject.rows, language: nil).rows
      ?? RowBuffer(subject.rows.means(of: surfaces))
    return try textCost(of: windows, vocabulary, rows).nats / (Double(bytes) * log(2))
  }

  // MARK: Vocabularies

  /// A sampled tokenizer and where the rows of its tokens come from.
  private struct Vocabulary {
    let tokenizer: SampledTokenizer
    /// Tokens that the model does not have, as places among the candidates.
    let predicted: [Int]
    /// The ids in the model of the others.
    let kept: [TokenID]
    /// The row of each token by its place among the candidates; those that are kept come last.
    let rows: [Int: Int]
  }

  private func sample(
    _ documents: [[UInt32]], isNoisy: Bool, _ generator: inout SplitMix64
  ) -> Vocabulary {
    var counts = [Int](repeating: 0, count: words.words.count)
    let windows = words.windows(
      Self.sampledWindows, bytes: recipe.windowBytes, of: documents, &generator)
    for word in windows.joined() { counts[Int(word)] += 1 }
    let tokenizer = SampledTokenizer(
      candidates, wordCounts: counts,
      size: recipe.vocabularySize ?? subject.texts.count, isNoisy: isNoisy, &generator)
    let predicted = tokenizer.tokens.filter { candidates.pieces[$0].count > 1 }
    let kept = tokenizer.tokens.filter { candidates.pieces[$0].count == 1 }
    return Vocabulary(
      tokenizer: tokenizer, predicted: predicted, kept: kept.map { candidates.pieces[$0][0] },
      rows: Dictionary(
        uniqueKeysWithValues: (predicted + kept).enumerated().map { ($1, $0) }))
  }

  /// What the model pays for text in the tokens of a vocabulary.
  ///
  /// - Parameters:
  ///   - made: the predicted rows, in the order of the vocabulary.
  ///   - slope: gets the gradient of the nats per token by those rows added.
  private func textCost(
    of windows: [[UInt32]], _ vocabulary: Vocabulary, _ made: RowBuffer,
    into slope: RowBuffer? = nil
  ) throws -> (nats: Double, tokens: Int) {
    let longest = max(model.contextLength - 1, 2)
    let sequences = windows.map { window in
      let tokens = window.flatMap { vocabulary.tokenizer.tokens(of: Int($0)) }
      return tokens.compactMap { vocabulary.rows[$0] }.prefix(longest)
    }.filter { $0.count > 1 }
    let (count, width) = (vocabulary.predicted.count, config.embeddingSize)
    let outputStart = config.hasSeparateOutput ? width : 0
    let kept = vocabulary.kept.map { Int($0) }
    let output = joined(
      made, count, column: outputStart,
      Matrix(subject.rows.output ?? subject.rows.input, rows: kept))
    let input = joined(made, count, column: 0, Matrix(subject.rows.input, rows: kept))
    // A sequence begins with the token that documents begin with, if there is one.
    let start = subject.documentStart.map { subject.rows.input.row(Int($0)) }
    let places = sequences.flatMap { (start == nil ? [] : [-1]) + $0.dropLast() }
    let targets = sequences.flatMap { start == nil ? $0.dropFirst() : $0 }
    guard !targets.isEmpty else { return (0, 0) }
    var rows = Matrix(rows: places.count, columns: width)
    for (row, place) in places.enumerated() {
      rows.withMutableRow(row) { target in
        if place < 0 {
          if let start { _ = target.update(fromContentsOf: start) }
        } else {
          input.withRow(place) { _ = target.update(fromContentsOf: $0) }
        }
      }
    }
    let gradient = try model.rowGradient(
      ofStoredRows: rows, lengths: sequences.map { start == nil ? $0.count - 1 : $0.count },
      targets: targets, output: output, fitted: 0..<(slope == nil ? 0 : count))
    if let slope {
      let scale = 1 / Float(targets.count)
      for (row, place) in places.enumerated() where (0..<count).contains(place) {
        add(gradient.inputs, row, times: scale, to: slope[place])
      }
      for row in 0..<count {
        add(gradient.outputs, row, times: scale, to: slope[row] + outputStart)
      }
    }
    return (gradient.nats, targets.count)
  }

  /// Predicted rows, and behind them rows of the model.
  private func joined(_ made: RowBuffer, _ count: Int, column: Int, _ kept: Matrix) -> Matrix {
    var result = Matrix(rows: count + kept.rows, columns: kept.columns)
    for row in 0..<result.rows {
      result.withMutableRow(row) { target in
        if row < count {
          for index in target.indices { target[index] = made[row][column + index] }
        } else {
          kept.withRow(row - count) { _ = target.update(fromContentsOf: $0) }
        }
      }
    }
    return result
  }

  private func add(
    _ matrix: Matrix, _ row: Int, times factor: Float, to target: UnsafeMutablePointer<Float>
  ) {
    matrix.withRow(row) { values in
      for index in values.indices { target[index] += factor * values[index] }
    }
  }
}
