internal import ByteIO
public import Surgery
internal import Tensors
public import Tokenization
internal import TokenizerFiles

/// A model with a large vocabulary.
///
/// Rows of new tokens are made while they are written, a block at a time: memory does not grow with the
/// matrices, only with the tokens' texts. Rows of old tokens, and all other tensors, keep their bits.
public struct GrownModel: Sendable {
  public let base: ModelDirectory
  public let vocabulary: LargeVocabulary
  /// The number of rows.
  public let rowCount: Int
  /// The ids of the new tokens, ascending.
  public let newTokens: [TokenID]
  private let derived: DerivedVocabulary
  private let inputMethod: any EmbeddingMethod
  private let outputMethod: any EmbeddingMethod

  /// Rows that are made at a time.
  private static let blockSize = 4096

  /// Plans it. Nothing is computed or written yet.
  ///
  /// - Parameters:
  ///   - inputMethod: makes the rows of the embedding.
  ///   - outputMethod: makes those of the output layer, where it has its own.
  /// - Throws: `LargeVocabularyError` when a method needs a donor or the base is no directory,
  ///   `DerivationError` when the vocabulary does not keep the base's ids.
  public init(
    _ base: ModelDirectory, with vocabulary: LargeVocabulary,
    inputMethod: any EmbeddingMethod, outputMethod: any EmbeddingMethod
  ) throws {
    for method in [inputMethod, outputMethod] where method.needsDonor {
      throw LargeVocabularyError.needsDonor(method.name)
    }
    guard FileSystem.isDirectory(base.path) else {
      throw LargeVocabularyError.notADirectory(base.path)
    }
    self.base = base
    self.vocabulary = vocabulary
    self.inputMethod = inputMethod
    self.outputMethod = outputMethod
    derived = try DerivedVocabulary(extending: base, to: vocabulary.definition)
    newTokens = derived.newTokens
    rowCount = max(
      base.vocabularyTensors.rows, newTokens.last.map { Int($0) + 1 } ?? 0)
  }

  /// Writes the model directory, which appears complete or not at all.
  ///
  /// - Parameter replacing: whether a directory that stands there may be replaced.
  /// - Throws: what methods throw, `FileError`, `ModelError` when `path` is or holds the base, and what
  ///   `progress` throws.
  public func write(
    to path: String, replacing: Bool = false, progress: @escaping SurgeryProgress = { _, _ in }
  ) throws {
    try base.requireNotInside(path)
    let directory = try AtomicDirectory(destination: path, replacing: replacing)
    try progress("cutting tokens", 0)
    let tokens = try NewTokens(newTokens, of: derived, base) {
      try progress("cutting tokens", $0)
    }
    let tensors = base.vocabularyTensors
    var replacements: [String: TensorReplacement] = [:]
    for name in [tensors.input.name] + tensors.inputCopies + [tensors.tiedCopy].compactMap({ $0 }) {
      replacements[name] = replacement(tensors.input, inputMethod, tokens)
    }
    for entry in [tensors.output].compactMap({ $0 }) + tensors.biases {
      replacements[entry.name] = replacement(entry, outputMethod, tokens)
    }
    let total = Double(max(base.checkpoint.outputSize(replacing: replacements), 1))
    try base.checkpoint.write(to: directory.stagingPath, replacing: replacements) { bytes in
      try progress("writing weights", min(Double(bytes) / total, 1))
    }
    try ModelFiles(base, with: derived, rowCount: rowCount).write(into: directory)
    try directory.commit()
  }

  /// A tensor with rows for all tokens, made as they are written.
  private func replacement(
    _ entry: VocabularyTensors.Entry, _ method: any EmbeddingMethod, _ tokens: NewTokens
  ) -> TensorReplacement {
    TensorReplacement(shape: entry.shape(tokens: rowCount)) { sink in
      let problem = tokens.problem(entry.matrix)
      let fitted = try method.fit(to: problem) { _ in }
      let mean = Matrix(problem.base, rows: problem.anchors.map { Int($0.base) }).meanRow()
      var row = 0
      for start in stride(from: 0, to: newTokens.count, by: Self.blockSize) {
        let block = newTokens[start..<min(start + Self.blockSize, newTokens.count)]
        let made = try fitted.rows(for: block).withMean(mean)
        for (index, token) in block.enumerated() {
          try writeOldRows(row..<Int(token), of: entry.matrix, mean, to: sink)
          try made.withRow(index) { try sink.write($0) }
          row = Int(token) + 1
        }
      }
      try writeOldRows(row..<rowCount, of: entry.matrix, mean, to: sink)
    }
  }

  /// Writes rows as the base has them, and the mean where it has none.
  private func writeOldRows(
    _ rows: Range<Int>, of matrix: MatrixView, _ mean: [Float], to sink: TensorSink
  ) throws {
    let stored = rows.clamped(to: 0..<matrix.rows)
    if !stored.isEmpty { try sink.write(rows: stored, of: matrix) }
    for _ in 0..<(rows.count - stored.count) {
      try mean.withUnsafeBufferPointer { try sink.write($0) }
    }
  }
}

/// New tokens, and what the base knows of them.
private struct NewTokens: Sendable {
  private let tokens: [TokenID]
  private let anchors: [EmbeddingProblem.Anchor]
  private let texts: [TokenID: [UInt8]]
  private let pieces: [TokenID: [TokenID]]

  /// Tokens between two reports of progress.
  private static let tokensAtOnce = 1 << 14

  init(
    _ tokens: [TokenID], of derived: DerivedVocabulary, _ base: ModelDirectory,
    progress: (Double) throws -> Void
  ) throws {
    self.tokens = tokens
    let rows = base.vocabularyTensors.rows
    anchors = base.vocabulary.ids.filter { $0 < rows }.map { (donor: $0, base: $0) }
    let definition = derived.definition
    let spelling = TokenSpelling(definition, TokenizerVocabulary(definition))
    let segmentation = TokenSegmentation(base)
    var texts: [TokenID: [UInt8]] = [:]
    // Of the old ones too: methods learn from them.
    for token in anchors.map(\.base) + tokens where spelling.vocabulary.added[token] == nil {
      texts[token] = spelling.text(of: token)
    }
    self.texts = texts
    var pieces: [TokenID: [TokenID]] = [:]
    for start in stride(from: 0, to: tokens.count, by: Self.tokensAtOnce) {
      let part = tokens[start..<min(start + Self.tokensAtOnce, tokens.count)]
      let parts = part.map { texts[$0] ?? [] }
      let cut = Workers.map(parts, workers: ProcessorCount.available, pieceSize: 64) {
        segmentation.pieces(of: $0)
      }
      for (token, found) in zip(part, cut) where !found.isEmpty { pieces[token] = found }
      try progress(Double(start) / Double(tokens.count))
    }
    self.pieces = pieces
  }

  /// The rows that are wanted in one matrix.
  func problem(_ matrix: MatrixView) -> EmbeddingProblem {
    EmbeddingProblem(
      base: matrix, donor: nil, anchors: anchors, targets: tokens, pieces: pieces, texts: texts)
  }
}
