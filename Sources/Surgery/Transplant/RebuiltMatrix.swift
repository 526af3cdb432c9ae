internal import Tensors
internal import Tokenization

/// One matrix of the base and what becomes of it.
struct RebuiltMatrix: Sendable {
  let role: MatrixRole
  let base: VocabularyTensors.Entry
  /// Where each row of the new matrix came from.
  let origins: [RowOrigin]
  /// The rows that were made; those of `.base` are not among them.
  let made: Matrix
  /// The place in `made` of each row of the new matrix that is there.
  let places: [Int: Int]
  /// What stands in rows that are `.mean` or `.padding`.
  let mean: [Float]
  let heldOut: HeldOutQuality?
  /// How the method was chosen, when it was.
  let selection: MethodSelection?
  /// The method, or what was chosen.
  let method: String
  /// Tensors whose elements are the last columns of `made`, after those of `base`.
  let biases: [VocabularyTensors.Entry]

  /// The new matrix as content for the base's tensor: copied rows bit for bit, the others rounded to its
  /// element type.
  func replacement() -> TensorReplacement {
    replacement(
      of: base.matrix, columns: 0..<base.matrix.columns,
      shape: [origins.count, base.matrix.columns])
  }

  /// A bias as content for its tensor.
  func replacement(ofBias index: Int) -> TensorReplacement {
    let column = base.matrix.columns + index
    return replacement(
      of: biases[index].matrix, columns: column..<(column + 1),
      shape: biases[index].shape(tokens: origins.count))
  }

  /// The rows that a hypernetwork has made of more pieces than it reads.
  func count(ofPredictedBeyond surfaceLength: Int) -> Int {
    origins.count { origin in
      guard case .computed(let method, let pieces) = origin else { return false }
      return pieces.count > surfaceLength && method.contains(HypernetworkRows().name)
    }
  }

  private func replacement(
    of source: MatrixView, columns: Range<Int>, shape: [Int]
  ) -> TensorReplacement {
    TensorReplacement(shape: shape) { sink in
      for (row, origin) in origins.enumerated() {
        if case .base(let id) = origin {
          try sink.write(rows: Int(id)..<(Int(id) + 1), of: source)
        } else if let place = places[row] {
          try made.withRow(place) { values in
            try sink.write(UnsafeBufferPointer(rebasing: values[columns]))
          }
        } else {
          try mean.withUnsafeBufferPointer { values in
            try sink.write(UnsafeBufferPointer(rebasing: values[columns]))
          }
        }
      }
    }
  }
}
