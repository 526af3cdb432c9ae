internal import LanguageModels
public import Tensors

/// The rows of a model that a hypernetwork reads: its input rows and, where they are separate, its
/// output rows beside them.
public struct SourceRows: Sendable {
  /// Tokens × the model's dimensions.
  public let input: MatrixView
  /// The same, with as many rows; `nil` when one matrix is both.
  public let output: MatrixView?

  /// - Parameter output: of the shape of `input`.
  public init(input: MatrixView, output: MatrixView?) {
    precondition(output.map { $0.rows == input.rows && $0.columns == input.columns } ?? true)
    self.input = input
    self.output = output
  }

  /// The width of a row of both.
  var width: Int { input.columns * (output == nil ? 1 : 2) }

  /// Writes the row of a token, that of the output behind that of the input.
  func copyRow(_ token: Int, to target: UnsafeMutablePointer<Float>) {
    for (place, matrix) in [input, output].compactMap({ $0 }).enumerated() {
      matrix.copyRows(
        token..<(token + 1),
        into: UnsafeMutableBufferPointer(
          start: target + place * matrix.columns, count: matrix.columns))
    }
  }
}
