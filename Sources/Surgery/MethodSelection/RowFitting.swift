internal import LanguageModels
internal import Tensors
internal import Tokenization

/// Input rows fitted to what the model makes of the pieces: after some beginning of a text the state that
/// follows a new token should be the state that follows its pieces, and so should the one after a further
/// token.
///
/// The model is only run, never differentiated. How states answer to rows is one linear map for all
/// tokens, estimated from random disturbances; with it, each row takes damped Gauss-Newton steps, of which
/// those are kept that bring its own states nearer. Nearness is the Fisher information of the output
/// matrix: to second order the divergence of the predictions.
struct RowFitting {
  private let probe: ModelProbe
  private let problem: EmbeddingProblem
  private let trials: [Trial]
  /// Caches of the beginnings of texts.
  private let caches: [KeyValueCache]
  /// Dimensions × dimensions.
  private let metric: Matrix
  private let seed: UInt64

  /// A target after a beginning, and a token that goes on.
  private struct Trial {
    let target: Int
    let cache: Int
    var next: TokenID = 0
  }

  /// Beginnings of texts, those that each target is tried after, and steps.
  private static let beginnings = 256
  private static let trialsPerTarget = 4
  private static let steps = 3
  /// Trials that are run at a time.
  private static let blockSize = 1024
  /// The size of disturbances relative to the rows, and the damping relative to the curvature.
  private static let disturbance: Float = 0.25
  private static let damping = 0.1
  /// Longer spellings are left as they are.
  private static let mostPieces = 12
  private static let stateCount = 1024

  /// - Parameters:
  ///   - budget: positions that may be run in all.
  /// - Returns: `nil` when there is nothing to fit within the budget.
  init?(
    _ problem: EmbeddingProblem, text: OwnText, probe: ModelProbe, states: Matrix, seed: UInt64,
    budget: Int
  ) throws {
    self.problem = problem
    self.probe = probe
    self.seed = seed
    let usable = problem.targets.indices.filter { index in
      let count = problem.pieces[problem.targets[index]]?.count ?? 0
      return count > 0 && count <= Self.mostPieces
    }
    // Every step reads two rows per trial, and the pieces are read once.
    let perTarget = Self.trialsPerTarget * (2 * (Self.steps + 2) + 4)
    guard !usable.isEmpty, usable.count * perTarget <= budget, text.baseDocuments.count >= 8 else {
      return nil
    }
    metric = Self.metric(
      states.prefixRows(Self.stateCount), head: probe.head)
    var generator = SplitMix64(seed: seed)
    var beginnings: [[TokenID]] = []
    for index in 0..<Self.beginnings {
      let document = text.baseDocuments[index % text.baseDocuments.count]
      beginnings.append(
        Array(document.prefix(Int.random(in: 4...48, using: &generator))))
    }
    caches = beginnings.map { _ in probe.makeCache() }
    var rows: [[Float]] = []
    for beginning in beginnings {
      rows.append(probe.start)
      for token in beginning { rows.append(problem.base.row(Int(token))) }
    }
    let lengths = beginnings.map { $0.count + 1 }
    let all = try probe.states(of: Matrix(rows), lengths: lengths, caches: caches)
    var last: [Int] = []
    for length in lengths { last.append((last.last ?? -1) + length) }
    trials = Self.trials(
      usable, problem, ends: Matrix(all.view, rows: last), head: probe.head)
  }

  /// Each target after the beginnings that expect its first piece most.
  private static func trials(
    _ usable: [Int], _ problem: EmbeddingProblem, ends: Matrix, head: MatrixView
  ) -> [Trial] {
    let normalizers = LogitStream(head).normalizers(of: ends)
    let firsts = usable.compactMap { problem.pieces[problem.targets[$0]]?.first }
    let distinct = Set(firsts).sorted()
    let logits = LinearAlgebra.product(
      Matrix(head, rows: distinct.map(Int.init)), ends, transposingRight: true)
    var order: [TokenID: [Int]] = [:]
    for (row, token) in distinct.enumerated() {
      let scores = logits.row(row).enumerated().map { Double($1) - normalizers[$0] }
      order[token] = Array(
        scores.indices.sorted { (scores[$0], $1) > (scores[$1], $0) }.prefix(trialsPerTarget))
    }
    return zip(usable, firsts).flatMap { target, first in
      (order[first] ?? []).map { Trial(target: target, cache: $0) }
    }
  }

  /// The mean Fisher information of the next-token distribution about the final state:
  /// E[Σ p w wᵀ − (Σ p w)(Σ p w)ᵀ].
  private static func metric(_ states: Matrix, head: MatrixView) -> Matrix {
    let normalizers = LogitStream(head).normalizers(of: states)
    var means = Matrix(rows: states.rows, columns: head.columns)
    var second = Matrix(rows: head.columns, columns: head.columns)
    let blockSize = 4096
    for start in stride(from: 0, to: head.rows, by: blockSize) {
      let rows = Matrix(head, rows: Array(start..<min(start + blockSize, head.rows)))
      var probabilities = LinearAlgebra.product(states, rows, transposingRight: true)
      var totals = [Float](repeating: 0, count: rows.rows)
      for row in 0..<states.rows {
        probabilities.withMutableRow(row) { values in
          guard let first = values.baseAddress else { return }
          _ = VectorMath.exponentials(
            of: first, count: values.count, less: Float(normalizers[row]))
          for column in values.indices { totals[column] += values[column] }
        }
      }
      means.add(LinearAlgebra.product(probabilities, rows))
      var weighted = rows
      for row in 0..<rows.rows {
        weighted.withMutableRow(row) { values in
          for column in values.indices { values[column] *= totals[row] }
        }
      }
      second.add(LinearAlgebra.product(weighted, rows, transposingLeft: true))
    }
    second.add(LinearAlgebra.product(means, means, transposingLeft: true), times: -1)
    var result = Matrix(rows: head.columns, columns: head.columns)
    result.add(second, times: 1 / Float(max(states.rows, 1)))
    return result
  }

  // MARK: Fitting

  /// Fits rows, beginning with `rows`.
  ///
  /// - Parameter progress: is told the fraction that is done.
  func fitted(_ rows: Matrix, progress: (Double) throws -> Void) throws -> Matrix {
    var trials = trials
    let (truth, nextTokens) = try wanted()
    for index in trials.indices { trials[index].next = nextTokens[index] }
    let total = Double(Self.steps + 2)
    try progress(1 / total)
    var best = rows
    var reached = try states(rows, trials)
    var losses = losses(reached, truth, trials)
    guard let map = try response(best, reached, trials) else { return rows }
    try progress(2 / total)
    var sizes = [Float](repeating: 1, count: rows.rows)
    for step in 0..<Self.steps {
      guard let moves = moves(map, reached, truth, trials) else { break }
      var tried = best
      for row in 0..<rows.rows {
        tried.withMutableRow(row) { target in
          moves.withRow(row) { move in
            for column in target.indices { target[column] += sizes[row] * move[column] }
          }
        }
      }
      let states = try states(tried, trials)
      let found = self.losses(states, truth, trials)
      for (index, trial) in trials.enumerated() where found[trial.target] < losses[trial.target] {
        for part in 0..<2 {
          let row = 2 * index + part
          states.withRow(row) { source in
            reached.withMutableRow(row) { _ = $0.update(fromContentsOf: source) }
          }
        }
      }
      for row in 0..<rows.rows {
        if found[row] < losses[row] {
          losses[row] = found[row]
          tried.withRow(row) { source in
            best.withMutableRow(row) { _ = $0.update(fromContentsOf: source) }
          }
        } else {
          sizes[row] /= 2
        }
      }
      try progress(Double(3 + step) / total)
    }
    return best
  }

  /// The states after the pieces of each trial and after one more token, and that token.
  private func wanted() throws -> (states: Matrix, next: [TokenID]) {
    var result = Matrix(rows: 2 * trials.count, columns: problem.base.columns)
    var next: [TokenID] = []
    for start in stride(from: 0, to: trials.count, by: Self.blockSize) {
      let block = trials[start..<min(start + Self.blockSize, trials.count)]
      let caches = block.map { self.caches[$0.cache].copy() }
      let spelled = block.map { problem.pieces[problem.targets[$0.target]] ?? [] }
      let rows = Matrix(problem.base, rows: spelled.joined().map(Int.init))
      let states = try probe.states(
        of: rows, lengths: spelled.map(\.count), caches: caches)
      var last: [Int] = []
      for pieces in spelled { last.append((last.last ?? -1) + pieces.count) }
      let ends = Matrix(states.view, rows: last)
      let tokens = LogitStream(probe.head).samples(of: ends, seed: seed &+ UInt64(start))
      next += tokens.map { TokenID($0) }
      let after = try probe.states(
        of: Matrix(problem.base, rows: tokens), lengths: tokens.map { _ in 1 }, caches: caches)
      for place in 0..<block.count {
        for (part, source) in [ends, after].enumerated() {
          source.withRow(place) { values in
            result.withMutableRow(2 * (start + place) + part) {
              _ = $0.update(fromContentsOf: values)
            }
          }
        }
      }
    }
    return (result, next)
  }

  /// The states after a row of each trial's target and after one more token.
  private func states(_ rows: Matrix, _ trials: [Trial]) throws -> Matrix {
    var result = Matrix(rows: 2 * trials.count, columns: problem.base.columns)
    for start in stride(from: 0, to: trials.count, by: Self.blockSize) {
      let block = trials[start..<min(start + Self.blockSize, trials.count)]
      var embedded = Matrix(rows: 2 * block.count, columns: rows.columns)
      for (place, trial) in block.enumerated() {
        embedded.withMutableRow(2 * place) { target in
          rows.withRow(trial.target) { _ = target.update(fromContentsOf: $0) }
        }
        embedded.withMutableRow(2 * place + 1) {
          problem.base.copyRows(Int(trial.next)..<(Int(trial.next) + 1), into: $0)
        }
      }
      let states = try probe.states(
        of: embedded, lengths: block.map { _ in 2 },
        caches: block.map { self.caches[$0.cache].copy() })
      states.withElements { source in
        result.withMutableElements { target in
          let first = 2 * start * rows.columns
          for index in source.indices { target[first + index] = source[index] }
        }
      }
    }
    return result
  }

  /// The mean loss of each target's trials.
  private func losses(_ states: Matrix, _ truth: Matrix, _ trials: [Trial]) -> [Double] {
    var differences = truth
    differences.add(states, times: -1)
    let weighted = LinearAlgebra.product(differences, metric)
    var result = [Double](repeating: 0, count: problem.targets.count)
    for (index, trial) in trials.enumerated() {
      for row in [2 * index, 2 * index + 1] {
        result[trial.target] += differences.withRow(row) { left in
          weighted.withRow(row) { right in
            left.indices.reduce(0) { $0 + Double(left[$1]) * Double(right[$1]) }
          }
        }
      }
    }
    return result
  }

  /// How the two states of a trial answer to a change of the row: two maps of dimensions × dimensions.
  private func response(
    _ rows: Matrix, _ reached: Matrix, _ trials: [Trial]
  ) throws -> [Matrix]? {
    var generator = SplitMix64(seed: seed &+ 1)
    var disturbances = Matrix(rows: rows.rows, columns: rows.columns)
    for row in 0..<rows.rows {
      let size = rows.withRow(row) { row in
        (row.reduce(Float(0)) { $0 + $1 * $1 } / Float(max(row.count, 1))).squareRoot()
      }
      disturbances.withMutableRow(row) { target in
        for column in target.indices {
          target[column] = Self.disturbance * size * generator.normal()
        }
      }
    }
    var disturbed = rows
    disturbed.add(disturbances)
    var answers = try states(disturbed, trials)
    answers.add(reached, times: -1)
    let causes = Matrix(disturbances.view, rows: trials.map(\.target))
    let columns = rows.columns
    var gram = LinearAlgebra.product(causes, causes, transposingLeft: true).withElements {
      $0.map(Double.init)
    }
    let trace = (0..<columns).reduce(0) { $0 + gram[$1 * columns + $1] }
    for index in 0..<columns { gram[index * columns + index] += 0.02 * trace / Double(columns) }
    var result: [Matrix] = []
    for part in 0..<2 {
      let effects = Matrix(answers.view, rows: trials.indices.map { 2 * $0 + part })
      // Columns first: one right-hand side per dimension of the states.
      let right = LinearAlgebra.product(effects, causes, transposingLeft: true).withElements {
        $0.map(Double.init)
      }
      guard
        let solved = LinearAlgebra.solvePositiveDefinite(
          gram, count: columns, right, columns: columns)
      else { return nil }
      var map = Matrix(rows: columns, columns: columns)
      map.withMutableElements { elements in
        for row in 0..<columns {
          for column in 0..<columns {
            elements[row * columns + column] = Float(solved[column * columns + row])
          }
        }
      }
      result.append(map)
    }
    return result
  }

  /// A damped Gauss-Newton step for each target.
  private func moves(
    _ maps: [Matrix], _ reached: Matrix, _ truth: Matrix, _ trials: [Trial]
  ) -> Matrix? {
    let columns = problem.base.columns
    var differences = truth
    differences.add(reached, times: -1)
    var normal = Matrix(rows: columns, columns: columns)
    var right = Matrix(rows: problem.targets.count, columns: columns)
    var counts = [Float](repeating: 0, count: problem.targets.count)
    for trial in trials { counts[trial.target] += 1 }
    for (part, map) in maps.enumerated() {
      let weighted = LinearAlgebra.product(map, metric)
      normal.add(LinearAlgebra.product(weighted, map, transposingRight: true))
      var means = Matrix(rows: problem.targets.count, columns: columns)
      for (index, trial) in trials.enumerated() {
        differences.withRow(2 * index + part) { source in
          means.withMutableRow(trial.target) { target in
            for column in target.indices {
              target[column] += source[column] / counts[trial.target]
            }
          }
        }
      }
      right.add(LinearAlgebra.product(means, weighted, transposingRight: true))
    }
    var matrix = normal.withElements { $0.map(Double.init) }
    for row in 0..<columns {
      for column in 0..<row {
        let mean = (matrix[row * columns + column] + matrix[column * columns + row]) / 2
        matrix[row * columns + column] = mean
        matrix[column * columns + row] = mean
      }
    }
    let trace = (0..<columns).reduce(0) { $0 + matrix[$1 * columns + $1] }
    for index in 0..<columns {
      matrix[index * columns + index] += Self.damping * trace / Double(columns)
    }
    let solved = LinearAlgebra.solvePositiveDefinite(
      matrix, count: columns, right.withElements { $0.map(Double.init) },
      columns: problem.targets.count)
    guard let solved else { return nil }
    var result = Matrix(rows: problem.targets.count, columns: columns)
    result.withMutableElements { elements in
      for index in elements.indices { elements[index] = Float(solved[index]) }
    }
    return result
  }
}

extension Matrix {
  /// The first rows, or all of them where there are fewer.
  func prefixRows(_ count: Int) -> Matrix {
    rows <= count ? self : Matrix(view, rows: Array(0..<count))
  }
}
