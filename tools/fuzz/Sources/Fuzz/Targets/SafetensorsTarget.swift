import Graft

/// Any bytes as a safetensors file: opening fails with an error or every tensor lies in the file.
struct SafetensorsTarget: Sendable {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func run(_ bytes: [UInt8]) {
    guard let file = try? SafetensorsFile(scratch.write("model.safetensors", bytes)) else { return }
    for tensor in file.tensors {
      precondition(tensor.byteRange.upperBound <= bytes.count)
      if let matrix = try? file.matrix(tensor.name), matrix.rows > 0 {
        _ = matrix.row(matrix.rows - 1)
        _ = matrix.firstNonFiniteRow
      }
    }
  }
}
