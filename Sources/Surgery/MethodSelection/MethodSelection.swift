package import Tensors
internal import Tokenization

/// The outcome of a comparison of methods on held-out tokens.
public struct MethodSelection: Sendable {
  /// One method and its mean loss.
  public struct Result: Sendable {
    public let method: String
    public let loss: Double
  }

  /// What the losses are.
  public let criterion: String
  /// The number of tokens that were held out.
  public let heldOut: Int
  /// Everything that was tried, the best first.
  public let results: [Result]
  /// The method for all tokens that no class has a method for.
  public let chosen: String
  /// Classes of tokens that another method rebuilds clearly better.
  public let exceptions: [(tokenClass: TokenClass, method: String, heldOut: Int)]
  /// What a constant added to the logits of the new tokens does to the loss, measured on documents that
  /// it was not fitted to; `nil` where none is added.
  public internal(set) var calibration: (before: Double, after: Double)?
  /// The same for maps between rows that were learnt from text; of documents that they were not learnt
  /// from.
  public internal(set) var learning: (before: Double, after: Double)?

  /// The method for a token of a class; without a class for what is no text.
  public func method(for tokenClass: TokenClass?) -> String {
    exceptions.first { $0.tokenClass == tokenClass }?.method ?? chosen
  }
}

/// Chooses the method for one matrix by a criterion.
///
/// Every candidate is fitted and judged by the rows that it makes of the problem's targets. Beginning
/// with the best, averages with others are tried and kept while they get better (greedy ensemble
/// selection, Caruana et al. 2004). A class of tokens gets a method of its own where the class is large
/// enough and the gain is larger than twice its standard error.
struct MethodComparison {
  let problem: EmbeddingProblem
  let criterion: any RowCriterion
  /// How much each loss of the criterion counts.
  let weights: [Double]
  /// The number of tokens that the criterion judges.
  let tokenCount: Int
  /// Which classes can have a method of their own, and how that is found out.
  let classes: any ClassJudge
  let memoryBudget: Int

  /// The most methods in an average.
  private static let largestBlend = 3
  /// An average must be better by this share of the loss to be worth it.
  private static let smallestGain = 0.0005

  /// The candidates when there is a donor model, and when there is only a tokenizer.
  static let candidates = [
    "mean", "fvt", "last", "knn-8", "ridge", "analogy", "omp-8", "omp-r8", "omp-c8", "ridge-omp-8",
  ]
  static let donorFreeCandidates = ["mean", "fvt", "weighted", "last", "first"]

  /// A method, the rows that it makes and what they cost.
  struct Scored {
    var parts: [String]
    var rows: Matrix
    var losses: [Double]
    var loss: Double
    var name: String { parts.joined(separator: "+") }
  }

  /// - Parameter progress: is told the fraction that is done.
  func run(
    _ candidates: CandidateRows, progress: (Double) throws -> Void
  ) throws -> MethodSelection {
    let names = candidates.names
    let total = Double(Self.largestBlend * names.count + 8)
    var done = 0.0
    func judge(_ parts: [String]) throws -> Scored {
      try progress(done / total)
      done += 1
      let rows = candidates.average(parts)
      let losses = try criterion.losses(of: rows)
      return Scored(parts: parts, rows: rows, losses: losses, loss: mean(losses))
    }
    var all: [Scored] = []
    for name in names { all.append(try judge([name])) }
    all.sort { ($0.loss, $0.name) < ($1.loss, $1.name) }
    guard var best = all.first else { throw MethodError.noSolution(method: "auto") }
    // What knows nothing of its token is no part of an average. A method that is poor alone may still be
    // the best part, since it errs otherwise than the rest.
    let pool = all.map { $0.parts[0] }.filter { $0 != "mean" }
    for _ in 1..<Self.largestBlend {
      var better: Scored?
      for part in pool where !best.parts.contains(part) {
        let blend = try judge(best.parts + [part])
        if blend.loss < better?.loss ?? best.loss { better = blend }
        all.append(blend)
      }
      guard let better, better.loss < best.loss * (1 - Self.smallestGain) else { break }
      best = better
    }
    all.sort { ($0.loss, $0.name) < ($1.loss, $1.name) }
    let exceptions = try classes.exceptions(to: best, among: all) { rows in
      try progress(min(done / total, 1))
      done += 1
      return try criterion.losses(of: rows)
    }
    return MethodSelection(
      criterion: criterion.name, heldOut: tokenCount,
      results: all.map { .init(method: $0.name, loss: $0.loss) }, chosen: best.name,
      exceptions: exceptions)
  }

  private func mean(_ losses: [Double]) -> Double {
    let sum = zip(losses, weights).reduce(0) { $0 + $1.0 * $1.1 }
    return sum / max(weights.reduce(0, +), .leastNormalMagnitude)
  }
}

/// The rows that candidates make of the targets of a problem, each made once.
struct CandidateRows {
  /// The candidates that could be fitted, in the order in which they were given.
  let names: [String]
  private let made: [String: MadeRows]
  private let mean: [Float]

  /// Fits all candidates. One that does not fit the problem, because it wants more anchors or dimensions
  /// than there are, is left out.
  init(
    _ names: [String], for problem: EmbeddingProblem, memoryBudget: Int,
    progress: (Double) throws -> Void
  ) throws {
    var methods: [any EmbeddingMethod] = []
    for name in names {
      methods.append(try MethodNotation.method(name, memoryBudget: memoryBudget))
    }
    try self.init(methods: methods, for: problem, progress: progress)
  }

  init(
    methods: [any EmbeddingMethod], for problem: EmbeddingProblem,
    progress: (Double) throws -> Void
  ) throws {
    var made: [String: MadeRows] = [:]
    for (index, method) in methods.enumerated() {
      try progress(Double(index) / Double(methods.count))
      do {
        made[method.name] = try method.fit(to: problem) { _ in }.rows(for: problem.targets[...])
      } catch is PursuitError {
        continue
      } catch is MethodError {
        continue
      }
    }
    names = methods.map(\.name).filter { made[$0] != nil }
    self.made = made
    mean = MeanRow(problem).row
  }

  /// The average of some candidates' rows; the mean row where none has anything to go by.
  func average(_ parts: [String]) -> Matrix {
    let rows = parts.compactMap { made[$0] }
    guard let first = rows.first else { return Matrix(rows: 0, columns: mean.count) }
    let blend = Blend.average(rows, name: "", pieces: first.origins.map { _ in [] })
    var result = blend.rows
    for (row, origin) in blend.origins.enumerated() where origin == .mean {
      result.withMutableRow(row) { _ = $0.update(fromContentsOf: mean) }
    }
    return result
  }
}

/// The mean of the anchors' base rows: what stands for a row when there is nothing to go by.
package struct MeanRow {
  package let row: [Float]

  init(_ problem: EmbeddingProblem) { self.init(problem.base, anchors: problem.anchors) }

  package init(_ base: MatrixView, anchors: [EmbeddingProblem.Anchor]) {
    var sum = [Double](repeating: 0, count: base.columns)
    for anchor in anchors {
      for (column, value) in base.row(Int(anchor.base)).enumerated() {
        sum[column] += Double(value)
      }
    }
    row = sum.map { Float($0 / Double(max(anchors.count, 1))) }
  }
}
