internal import Glibc
internal import Tensors
internal import Tokenization

/// A constant added to the logit of each new token, so that the model expects the tokens as often as its
/// own text has them.
///
/// The constant is written into the output row along the mean final state, with which every state has
/// nearly the same product. It makes good for what no single row can know: that the pieces which used to
/// spell the token keep their probability.
struct LogitCalibration: Sendable {
  /// What is added to the logits, in the order of the targets.
  let biases: [Float]
  /// The mean state, divided by its squared length.
  let direction: [Float]

  private static let rounds = 3
  /// A token's own counts outweigh those of all new tokens from so many occurrences on.
  private static let priorCount = 5.0
  private static let largestBias = 5.0

  /// Fits the constants to some documents.
  ///
  /// The ratio of observed to expected counts of each token is drawn towards that of all new tokens
  /// (counts as in a gamma-Poisson model), since most of them occur rarely.
  ///
  /// - Parameter documents: indices of documents of the text.
  init(_ scoring: OwnTextScoring, _ read: ReadText, _ rows: Matrix, documents: [Int]) {
    let positions = scoring.positions(of: documents)
    let part = ReadText(
      states: Matrix(read.states.view, rows: positions),
      keptNormalizers: positions.map { read.keptNormalizers[$0] })
    let mean = part.states.meanRow()
    let square = max(mean.reduce(0) { $0 + $1 * $1 }, 1e-20)
    direction = mean.map { $0 / square }
    let observed = scoring.occurrences(in: documents)
    let total = observed.reduce(0, +)
    var biases = [Float](repeating: 0, count: rows.rows)
    for _ in 0..<Self.rounds {
      let expected = Self.expectedCounts(part, Self.shifted(rows, biases, direction))
      let sum = expected.reduce(0, +)
      guard sum > 0, total > 0 else { break }
      let common = total / sum
      for index in biases.indices {
        let ratio =
          (observed[index] + Self.priorCount * common) / (expected[index] + Self.priorCount)
        let bias = Double(biases[index]) + log(ratio)
        biases[index] = Float(min(max(bias, -Self.largestBias), Self.largestBias))
      }
    }
    self.biases = biases
  }

  /// The rows with the constants in them.
  func applied(to rows: Matrix) -> Matrix { Self.shifted(rows, biases, direction) }

  private static func shifted(_ rows: Matrix, _ biases: [Float], _ direction: [Float]) -> Matrix {
    var result = rows
    for (row, bias) in biases.enumerated() where bias != 0 {
      result.withMutableRow(row) { row in
        for column in direction.indices { row[column] += bias * direction[column] }
      }
    }
    return result
  }

  /// How often the model expects each new token.
  private static func expectedCounts(_ read: ReadText, _ rows: Matrix) -> [Double] {
    let own = LogitStream(rows.view).normalizers(of: read.states)
    let normalizers = zip(read.keptNormalizers, own).map { left, right in
      let largest = max(left, right)
      return largest + log(exp(left - largest) + exp(right - largest))
    }
    var counts = [Double](repeating: 0, count: rows.rows)
    let blockSize = 2048
    for start in stride(from: 0, to: rows.rows, by: blockSize) {
      let block = Array(start..<min(start + blockSize, rows.rows))
      let logits = LinearAlgebra.product(
        Matrix(rows.view, rows: block), read.states, transposingRight: true)
      counts.withUnsafeMutableBufferPointer { counts in
        // Safe: each index writes an element of its own.
        nonisolated(unsafe) let counts = counts
        parallelFor(count: block.count) { index in
          var sum = 0.0
          logits.withRow(index) { row in
            for (position, value) in row.enumerated() {
              sum += Double(exp(value - Float(normalizers[position])))
            }
          }
          counts[start + index] = sum
        }
      }
    }
    return counts
  }

  /// A calibration that helps: fitted to every other document it must make the others cheaper by more
  /// than two standard errors, and is then fitted to all.
  ///
  /// - Returns: the calibration with the bits per byte of the others without and with it; `nil` when it
  ///   does not help.
  static func helpful(
    _ scoring: OwnTextScoring, _ read: ReadText, _ rows: Matrix
  ) -> (calibration: LogitCalibration, before: Double, after: Double)? {
    let all = Array(scoring.text.documents.indices)
    let (fitted, held) = (all.filter { $0 % 2 == 0 }, all.filter { $0 % 2 == 1 })
    guard !held.isEmpty else { return nil }
    let trial = LogitCalibration(scoring, read, rows, documents: fitted)
    let before = scoring.losses(read, rows)
    let after = scoring.losses(read, trial.applied(to: rows))
    guard Significance.isClear(held.map { before[$0] - after[$0] }) else { return nil }
    func mean(_ losses: [Double]) -> Double {
      held.reduce(0) { $0 + losses[$1] } / Double(held.count)
    }
    return (
      LogitCalibration(scoring, read, rows, documents: all), mean(before), mean(after)
    )
  }
}

extension OwnTextScoring {
  /// The places of the tokens of some documents among all tokens of the text.
  func positions(of documents: [Int]) -> [Int] {
    var starts = [0]
    for document in text.documents { starts.append(starts[starts.count - 1] + document.count) }
    return documents.flatMap { starts[$0]..<starts[$0 + 1] }
  }

  /// How often each target occurs in some documents.
  func occurrences(in documents: [Int]) -> [Double] {
    var counts: [TokenID: Double] = [:]
    for document in documents {
      for token in text.documents[document] { counts[token, default: 0] += 1 }
    }
    return targets.map { counts[$0] ?? 0 }
  }

  /// How often each target occurs in the text.
  var occurrences: [Int] { occurrences(in: Array(text.documents.indices)).map { Int($0) } }
}
