package import Tensors

extension LanguageModel {
  /// The final states of several sequences, given as rows of an input matrix as it is stored: not yet
  /// scaled where the architecture scales embeddings.
  ///
  /// - Parameters:
  ///   - rows: the rows of the first sequence, then those of the second, and so on × `hiddenSize`.
  ///   - lengths: the number of rows of each sequence, none of them 0.
  ///   - caches: what the model has read before each sequence, which grows; none where all begin anew.
  /// - Returns: as many states, in the same order.
  /// - Throws: `LanguageModelError` when the rows have another width, there are none, or the weights
  ///   hold numbers that are not finite.
  package func finalStates(
    ofStoredRows rows: Matrix, lengths: [Int], caches: [KeyValueCache] = [],
    memoryBudget: Int = defaultMemoryBudget
  ) throws(LanguageModelError) -> Matrix {
    guard rows.columns == hiddenSize else {
      throw LanguageModelError(directory, .wrongWidth(width: rows.columns, expected: hiddenSize))
    }
    precondition(lengths.reduce(0, +) == rows.rows)
    precondition(caches.isEmpty || caches.count == lengths.count)
    var result = Matrix(rows: rows.rows, columns: hiddenSize)
    let limit = rowLimit(memoryBudget)
    var (first, start) = (0, 0)
    while first < lengths.count {
      var (last, count) = (first + 1, lengths[first])
      while last < lengths.count, count + lengths[last] <= limit {
        count += lengths[last]
        last += 1
      }
      let buffer = RowBuffer(Matrix(rows.view, rows: Array(start..<(start + count))))
      buffer.scale(by: config.embeddingScale)
      var extents = SequenceExtent.consecutive(Array(lengths[first..<last]))
      let read = caches.isEmpty ? [] : Array(caches[first..<last])
      for (place, cache) in read.enumerated() { extents[place].firstPosition = cache.count }
      try run(buffer, extents, caches: read)
      result.withMutableElements { elements in
        for index in 0..<(count * hiddenSize) {
          elements[start * hiddenSize + index] = buffer.elements[index]
        }
      }
      (first, start) = (last, start + count)
    }
    try requireFinite(result.view.firstNonFiniteRow == nil)
    return result
  }
}
