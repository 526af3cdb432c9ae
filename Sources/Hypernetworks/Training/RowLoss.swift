internal import LanguageModels
internal import Tensors

/// How far predicted rows are from real ones: the squared distance relative to the variance of all rows,
/// for input and output rows by themselves, and their mean. 1 is what the mean row costs, so that
/// models of any scale weigh the same.
struct RowLoss: Sendable {
  private let source: SourceRows
  /// The mean squared distance from the mean row: of input rows, and of output rows.
  private let variances: [Float]

  /// - Parameter tokens: the tokens whose rows are typical.
  init(_ source: SourceRows, tokens: [Int]) {
    self.source = source
    variances = [source.input, source.output].compactMap { $0 }.map { matrix in
      let statistics = ColumnStatistics(Matrix(matrix, rows: tokens))
      return max(statistics.deviations.reduce(0) { $0 + $1 * $1 }, .leastNormalMagnitude)
    }
  }

  /// - Parameters:
  ///   - first: the first predicted row that counts; the others belong to `tokens`, one after another.
  ///   - weight: what the gradient is multiplied by.
  ///   - slope: of the shape of `predicted`; gets the gradient in the rows that count.
  /// - Returns: the loss for each matrix.
  @discardableResult
  func differentiate(
    _ predicted: RowBuffer, first: Int = 0, of tokens: [Int], weight: Float,
    into slope: RowBuffer? = nil
  ) -> [Double] {
    let width = source.input.columns
    var losses = [Double](repeating: 0, count: variances.count)
    let truth = RowBuffer(rows: 1, columns: source.width)
    for (place, token) in tokens.enumerated() {
      source.copyRow(token, to: truth.elements)
      let made = predicted[first + place]
      for (part, variance) in variances.enumerated() {
        let factor = 2 * weight / (variance * Float(tokens.count * variances.count))
        var sum: Float = 0
        for column in (part * width)..<((part + 1) * width) {
          let difference = made[column] - truth.elements[column]
          sum += difference * difference
          slope?[first + place][column] = factor * difference
        }
        losses[part] += Double(sum / variance)
      }
    }
    return losses.map { $0 / Double(max(tokens.count, 1)) }
  }
}
