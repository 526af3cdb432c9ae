internal import LanguageModels
internal import Tensors
internal import Tokenization

/// Trains a hypernetwork for a model, from its stored matrices and text alone.
///
/// There are three stages. First tokens that are one piece predict their own rows, as in ZeTT. Then the
/// rows of the model's tokens are predicted from the pieces that would spell them if they were missing.
/// Last, as in ZeTT, a tokenizer is sampled for every step, the rows of its new tokens are predicted,
/// and the language model reads text cut by it; the gradient of what the text costs goes through the
/// model's rows into the hypernetwork. Tokens that the model has keep their rows, as in a transplant.
public final class HypernetworkTrainer {
  public let recipe: HypernetworkRecipe
  public let config: HypernetworkConfig
  let subject: HypernetworkSubject
  let layout: ParameterLayout
  let parameters: FloatStorage
  var optimizer: ParameterOptimizer
  /// The steps that have been taken.
  public internal(set) var step = 0

  private let gradient: ParameterGradient
  private let tokens: TrainingTokens
  private let loss: RowLoss
  private let stage: LanguageStage?
  /// What held-out text costs with the mean of the pieces' rows, which never changes.
  private var meanTextCost: Double?
  /// What tells the model's rows and the text from others.
  let inputIdentity: String

  /// Prepares training from the beginning.
  ///
  /// - Parameters:
  ///   - documents: texts, in UTF-8.
  /// - Throws: `HypernetworkError` when there is too little to learn from or the language model cannot
  ///   be run, `TokenizerError` when a text is not well-formed.
  public init(
    _ subject: HypernetworkSubject, documents: [ArraySlice<UInt8>], recipe: HypernetworkRecipe
  ) throws {
    self.subject = subject
    self.recipe = recipe
    config = recipe.config(
      embeddingSize: subject.rows.input.columns, vocabularySize: subject.rows.input.rows,
      padToken: Int(subject.padToken), hasSeparateOutput: subject.rows.output != nil)
    guard config.hiddenSize % config.headCount == 0, config.hiddenSize > 2 else {
      throw HypernetworkError(
        subject.directory,
        .training("a width of \(config.hiddenSize) is not a multiple of 64"))
    }
    tokens = TrainingTokens(subject, seed: recipe.seed)
    guard tokens.known.count >= 32 else {
      throw HypernetworkError(
        subject.directory, .training("its vocabulary has too few tokens to learn from"))
    }
    layout = ParameterLayout(config)
    parameters = FloatStorage(count: layout.count)
    gradient = ParameterGradient(layout)
    optimizer = ParameterOptimizer(layout, recipe)
    inputIdentity = ContentHash.of(subject.rows, documents)
    let typical = tokens.known.map { Int($0) }
    loss = RowLoss(subject.rows, tokens: typical)
    stage =
      recipe.languageSteps == 0
      ? nil
      : try LanguageStage(subject, config, recipe, documents: documents, tokens: tokens, loss: loss)
    InitialParameters.fill(
      parameters, layout, config, source: subject.rows, tokens: typical, seed: recipe.seed)
  }

  /// The network with the parameters of now.
  var network: SurfaceNetwork { SurfaceNetwork(Parameters(layout, in: parameters), config) }

  // MARK: Running

  /// Takes all steps that are left.
  ///
  /// - Parameters:
  ///   - progress: is told the stage and the share of all steps that is done; what it throws ends the
  ///     training between two steps, so that it can be saved and resumed.
  ///   - report: is given what the held-out tokens and the held-out text cost now and then, and at the
  ///     end.
  ///   - checkpoint: is called after each report but the last.
  /// - Throws: what running the model, `progress` and `checkpoint` throw.
  public func train(
    progress: (_ stage: String, _ fraction: Double) throws -> Void,
    report: (HypernetworkReport) throws -> Void, checkpoint: () throws -> Void = {}
  ) throws {
    var costs: [Double] = []
    while step < recipe.steps {
      try progress("training (\(recipe.stage(step).rawValue))", Double(step) / Double(recipe.steps))
      costs.append(try takeStep())
      let isLast = step == recipe.steps
      let ends = !isLast && recipe.stage(step - 1) != recipe.stage(step)
      guard isLast || ends || step % recipe.validationInterval == 0 else { continue }
      try report(validate(loss: costs.reduce(0, +) / Double(costs.count)))
      costs = []
      if !isLast { try checkpoint() }
    }
  }

  /// Takes the next step.
  ///
  /// - Returns: the loss before it.
  func takeStep() throws -> Double {
    gradient.clear()
    let loss =
      switch recipe.stage(step) {
      case .identity: rowLoss(tokens.identities(recipe, step: step))
      case .composition: rowLoss(tokens.compositions(recipe, step: step))
      case .language: try stage?.differentiate(network, step: step, into: gradient) ?? 0
      }
    _ = optimizer.step(parameters, gradient, at: step)
    guard loss.isFinite, parameters.start[layout["input_projection.0.bias"].offset].isFinite else {
      throw HypernetworkError(
        subject.directory,
        .training("training has diverged at step \(step + 1); try a lower rate"))
    }
    step += 1
    return loss
  }

  private func rowLoss(_ examples: [TrainingTokens.Example]) -> Double {
    let batch = SurfaceBatch(examples.map(\.pieces), config)
    let (output, trace) = network.runForTraining(batch, subject.rows, language: nil)
    let slope = RowBuffer(rows: output.rows.rows, columns: output.rows.columns)
    let losses = loss.differentiate(
      output.rows, of: examples.map { Int($0.token) }, weight: 1, into: slope)
    network.carryBack(slope, biasSlope: nil, trace, into: gradient)
    return losses.reduce(0, +) / Double(losses.count)
  }

  // MARK: Held-out tokens and text

  /// What is held out costs now.
  public func validate() throws -> HypernetworkReport { try validate(loss: nil) }

  private func validate(loss current: Double?) throws -> HypernetworkReport {
    let examples = tokens.heldOut.map {
      TrainingTokens.Example(
        token: $0.token, pieces: Array($0.pieces.prefix(config.surfaceLength)))
    }
    var rows: (predicted: [Double], mean: [Double])?
    if !examples.isEmpty {
      let batch = SurfaceBatch(examples.map(\.pieces), config)
      let output = network.run(batch, subject.rows, language: nil)
      let truth = examples.map { Int($0.token) }
      let means = RowBuffer(subject.rows.means(of: examples.map(\.pieces)))
      rows = (
        loss.differentiate(output.rows, of: truth, weight: 0),
        loss.differentiate(means, of: truth, weight: 0)
      )
    }
    return HypernetworkReport(
      step: step, steps: recipe.steps, stage: recipe.stage(max(step - 1, 0)).rawValue,
      loss: current, heldOutTokens: examples.count, rows: rows,
      text: try heldOutText())
  }

  private func heldOutText() throws -> (predicted: Double, mean: Double)? {
    guard let stage, let predicted = try stage.heldOutCost(network) else { return nil }
    let mean = try meanTextCost ?? stage.heldOutCost(nil)
    meanTextCost = mean
    return mean.map { (predicted, $0) }
  }
}

/// What what is held out costs at some step.
public struct HypernetworkReport: Sendable {
  /// The steps taken, and all.
  public let step: Int
  public let steps: Int
  public let stage: String
  /// The mean loss of the steps since the last report.
  public let loss: Double?
  /// The tokens of the model that are never learnt from.
  public let heldOutTokens: Int
  /// What their rows cost, predicted from pieces, and as the mean of the pieces' rows; input rows, and
  /// output rows where they are separate. See `RowLoss`.
  public let rows: (predicted: [Double], mean: [Double])?
  /// The bits per byte of text that is never learnt from, cut by a tokenizer that is always the same: with
  /// predicted rows, and with the mean of the pieces' rows.
  public let text: (predicted: Double, mean: Double)?
}
