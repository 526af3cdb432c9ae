internal import Glibc
internal import Tensors
internal import Tokenization

/// How bad rebuilt rows are, token by token. Lower is better; what it counts depends on the criterion.
protocol RowCriterion: Sendable {
  /// What reports call it.
  var name: String { get }
  /// The loss of each rebuilt row.
  ///
  /// - Parameter rows: one per held-out token, in their order × the base's dimensions.
  func losses(of rows: Matrix) throws -> [Double]
}

/// The cosine distance between the rebuilt and the real row, both less the mean row. It needs no
/// forward pass, and says less about what the row does than the criteria that have one.
struct RowDistance: RowCriterion {
  let truth: Matrix
  let mean: [Float]

  var name: String { "cosine distance of rows" }

  func losses(of rows: Matrix) -> [Double] {
    (0..<truth.rows).map { row in
      let (real, made) = (truth.row(row), rows.row(row))
      var (product, left, right) = (0.0, 0.0, 0.0)
      for column in real.indices {
        let (a, b) = (Double(real[column] - mean[column]), Double(made[column] - mean[column]))
        product += a * b
        left += a * a
        right += b * b
      }
      let size = (left * right).squareRoot()
      return size > 1e-30 ? 1 - product / size : 1
    }
  }
}

/// What a wrong output row costs: the divergence of the next-token distribution from the model's own
/// when that one row is replaced, averaged over states that the model has in text it writes itself.
///
/// Only the token's own logit changes, by δ = (ŵ − w)·h; with p the token's real probability the
/// divergence is −p·δ + log(1 + p·(e^δ − 1)).
struct OutputDivergence: RowCriterion {
  /// States × dimensions.
  let states: Matrix
  /// The logarithm of the sum of all exponentiated logits, for each state.
  let normalizers: [Double]
  /// The real rows of the held-out tokens.
  let truth: Matrix

  var name: String { "divergence of predictions, in nats per 1000 positions" }

  func losses(of rows: Matrix) -> [Double] {
    let real = LinearAlgebra.product(truth, states, transposingRight: true)
    let made = LinearAlgebra.product(rows, states, transposingRight: true)
    return (0..<truth.rows).map { row in
      let (real, made) = (real.row(row), made.row(row))
      var sum = 0.0
      for state in real.indices {
        let delta = min(Double(made[state]) - Double(real[state]), 200)
        let probability = min(exp(Double(real[state]) - normalizers[state]), 1 - 1e-9)
        sum += log1p(probability * expm1(delta)) - probability * delta
      }
      return 1000 * sum / Double(max(real.count, 1))
    }
  }

  /// The mean probability of each held-out token.
  func meanProbabilities() -> [Double] {
    let real = LinearAlgebra.product(truth, states, transposingRight: true)
    return (0..<truth.rows).map { row in
      real.withRow(row) { logits in
        logits.indices.reduce(0) { $0 + exp(Double(logits[$1]) - normalizers[$1]) }
          / Double(max(logits.count, 1))
      }
    }
  }
}

/// What a wrong input row costs: the divergence of the model's prediction after the token, read at the
/// beginning of a text, from its prediction after the token with its real row.
struct InputDivergence: RowCriterion {
  let model: any ProbedModel
  /// The embedding before the token.
  let start: [Float]
  /// The final states after the tokens with their real rows.
  let truth: Matrix
  let head: MatrixView

  init(
    model: any ProbedModel, start: [Float], realRows: Matrix, head: MatrixView
  ) throws {
    self.model = model
    self.start = start
    self.head = head
    truth = try model.states(after: start, of: realRows)
  }

  var name: String { "divergence of the next prediction, in nats" }

  func losses(of rows: Matrix) throws -> [Double] {
    LogitStream(head).divergences(of: try model.states(after: start, of: rows), from: truth)
  }
}

/// A tied matrix has one row for both uses: the divergence that the row causes as an input, times how
/// often the token is read, plus the one that it causes as an output, per 1000 positions.
struct TiedDivergence: RowCriterion {
  let input: InputDivergence
  let output: OutputDivergence
  /// The mean probability of each held-out token.
  let frequencies: [Double]

  var name: String { "divergence of predictions, in nats per 1000 positions" }

  func losses(of rows: Matrix) throws -> [Double] {
    zip(zip(try input.losses(of: rows), output.losses(of: rows)), frequencies).map {
      1000 * $0.0 * $1 + $0.1
    }
  }
}

/// A model that can be asked what it makes of rows that it does not have.
protocol ProbedModel: Sendable {
  /// The final state after each row, when it is read after `start`.
  ///
  /// - Parameter rows: input rows as they are stored, n × dimensions.
  /// - Returns: n × dimensions: what the output matrix is applied to.
  func states(after start: [Float], of rows: Matrix) throws -> Matrix
}
