internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// A text from which vectors for the tokens of a new vocabulary are learnt. They take the place of a donor
/// model's matrix: every method that compares tokens in the donor's space then compares them in theirs, as
/// FOCUS does (Dobler & de Melo 2023, arXiv:2305.14481).
public struct VectorText: Sendable {
  /// Files in UTF-8.
  public let paths: [String]

  public init(paths: [String]) { self.paths = paths }

  private static let chunkSize = 1 << 20

  /// The tokens of the files, one after the other.
  ///
  /// - Throws: `FileError`, `TokenizerFileError` with the file whose text is not valid, and what `progress`
  ///   throws.
  func tokens(
    of tokenizer: Tokenizer, progress: (Double) throws -> Void
  ) throws -> [TokenID] {
    var ids: [TokenID] = []
    for (index, path) in paths.enumerated() {
      let file = try InputFile(path)
      var stream = tokenizer.makeEncodeStream(addSpecialTokens: false)
      func wrapped(_ encode: () throws(TokenizerError) -> Encoding) throws -> [TokenID] {
        do throws(TokenizerError) { return try encode().ids } catch {
          throw TokenizerFileError(source: path, message: error.description)
        }
      }
      var hasMore = true
      while hasMore {
        try progress(Double(index) / Double(paths.count))
        var chunk: [UInt8] = []
        hasMore = try file.read(Self.chunkSize, into: &chunk)
        ids += try wrapped { () throws(TokenizerError) in try stream.append(utf8: chunk) }
      }
      ids += try wrapped { () throws(TokenizerError) in try stream.finish() }
    }
    return ids
  }

  /// The vectors of a vocabulary's tokens, as the matrix of a donor: zeros for tokens that have none.
  ///
  /// - Throws: as `tokens(of:progress:)`.
  func matrix(
    for target: TransplantTarget, rowCount: Int, seed: UInt64, progress: SurgeryProgress
  ) throws -> MatrixView {
    let stage = "learning vectors of tokens"
    let tokenizer = try Tokenizer(target.definition)
    let ids = try tokens(of: tokenizer) { try progress(stage, $0 / 10) }
    return try ContinuousBagOfWords.vectors(of: ids, tokenCount: rowCount, seed: seed) {
      try progress(stage, 0.1 + 0.9 * $0)
    }.view
  }
}
