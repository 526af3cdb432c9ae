internal import ByteIO
public import Tokenization
public import TokenizerFiles

/// Cuts tokens into the pieces that a hypernetwork reads.
///
/// The base's own tokenizer does, its model alone, without normalizer and splitting rules. Published
/// hypernetworks come with a form of it to which the bytes that it lacks were added; those have
/// embeddings of the hypernetwork's own. It is asked for what the base cannot spell.
public struct SurfaceCutter: Sendable {
  private let segmentation: TokenSegmentation
  /// With the tokens that only the hypernetwork knows.
  private let extended: TokenSegmentation?

  /// - Parameters:
  ///   - definition: the base's tokenizer.
  ///   - network: the hypernetwork, whose directory may hold a tokenizer.
  /// - Throws: `FileError`, `JSONError` or `TokenizerFileError` when there is one that cannot be read.
  public init(
    _ definition: TokenizerDefinition, _ vocabulary: TokenizerVocabulary,
    _ specialTokens: SpecialTokens, of network: Hypernetwork
  ) throws {
    let config = network.config
    segmentation = TokenSegmentation(
      definition, vocabulary, specialTokens, rowCount: config.originalVocabularySize)
    let directory = network.directory
    guard FileSystem.isFile(directory + "/tokenizer.json") else {
      extended = nil
      return
    }
    let other = try TokenizerDefinition(contentsOf: directory + "/tokenizer.json")
    let otherVocabulary = TokenizerVocabulary(other)
    let path = directory + "/config.json"
    let json = try JSON(parsing: FileSystem.read(path), source: path)
    extended = TokenSegmentation(
      other, otherVocabulary,
      try SpecialTokens(directory: directory, config: json, vocabulary: otherVocabulary),
      rowCount: config.originalVocabularySize + config.extraTokenCount)
  }

  /// The pieces of a token's bytes, in order; none when no tokens spell them.
  public func pieces(of text: [UInt8]) -> [TokenID] {
    let own = segmentation.pieces(of: text)
    return own.isEmpty ? extended?.pieces(of: text) ?? [] : own
  }
}
