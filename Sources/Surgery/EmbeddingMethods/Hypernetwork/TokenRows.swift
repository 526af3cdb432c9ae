internal import ByteIO
public import Hypernetworks
internal import Tensors
public import Tokenization
internal import TokenizerFiles

/// Rows that a hypernetwork predicts for the tokens of a vocabulary.
public struct TokenRows: Sendable {
  /// The token of each row.
  public let ids: [TokenID]
  public let prediction: Hypernetwork.Prediction
  /// The tokens that have more pieces than the hypernetwork reads, and how many it does.
  public let truncated: Int
  public let surfaceLength: Int
  /// The tokens that stand for text but have no row, because no pieces spell them.
  public let withoutPieces: Int

  /// Writes the rows as safetensors: `ids`, `input`, and `output` and `bias` where there are any.
  ///
  /// - Throws: `FileError` or `SafetensorsError`.
  public func write(to path: String, replacing: Bool = false) throws {
    var tensors = [
      TensorOutput(name: "ids", elementType: .int64, shape: [ids.count]) { [ids] sink in
        let numbers = ids.map { Int64($0).littleEndian }
        try numbers.withUnsafeBytes { try sink.write(bytes: $0) }
      }
    ]
    let rows = [("input", prediction.input as Matrix?), ("output", prediction.output)]
    for case (let name, let matrix?) in rows {
      tensors.append(
        TensorOutput(name: name, elementType: .float32, shape: [matrix.rows, matrix.columns]) {
          try $0.write(matrix)
        })
    }
    if let biases = prediction.biases {
      tensors.append(
        TensorOutput(name: "bias", elementType: .float32, shape: [biases.count]) { sink in
          try biases.withUnsafeBufferPointer { try sink.write($0) }
        })
    }
    if replacing, FileSystem.isFile(path) { try FileSystem.removeTree(path) }
    try SafetensorsWriter.write(tensors, to: path)
  }
}

extension HypernetworkSource {
  /// Predicts rows for texts, byte string by byte string: what dynamic tokenization asks for its merged
  /// tokens.
  ///
  /// - Parameters:
  ///   - surfaces: the bytes that each token stands for, none of them empty. A word's space belongs to
  ///     it.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Returns: one row per surface; zeros for a surface that no tokens of the model spell.
  /// - Throws: `HypernetworkError` when a result is not finite, and what `progress` throws.
  public func rows(
    forSurfaces surfaces: [[UInt8]], progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws -> Hypernetwork.Prediction {
    let pieces = surfaces.map { self.pieces(of: $0, known: nil) }
    let found = pieces.indices.filter { !pieces[$0].isEmpty }
    let made = try network.predict(
      found.map { pieces[$0] }, from: rows, language: language, progress: progress)
    guard found.count < surfaces.count else { return made }
    return made.spread(to: found, count: surfaces.count)
  }

  /// Predicts rows for all tokens of a tokenizer that stand for text.
  public func rows(
    of target: TransplantTarget, progress: (_ fraction: Double) throws -> Void = { _ in }
  ) throws -> TokenRows {
    let spelling = TokenSpelling(target.definition, target.vocabulary)
    var (ids, pieces, without): ([TokenID], [[TokenID]], Int) = ([], [], 0)
    for (id, text) in spelling.texts(target.specialTokens) {
      let found = self.pieces(of: text, known: nil)
      if found.isEmpty {
        without += 1
      } else {
        ids.append(id)
        pieces.append(found)
      }
    }
    let length = network.config.surfaceLength
    return TokenRows(
      ids: ids,
      prediction: try network.predict(
        pieces, from: rows, language: language, progress: progress),
      truncated: pieces.count { $0.count > length }, surfaceLength: length,
      withoutPieces: without)
  }
}
