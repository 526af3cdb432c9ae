internal import ByteIO
public import Tokenization

extension Tokenizer {
  /// Opens a tokenizer from a file of any format or from a model directory.
  ///
  /// - Parameters:
  ///   - path: a file, recognised by its content, or a directory with one or more of them.
  ///   - spec: what the format does not carry.
  ///   - warn: is told, in a sentence, what was assumed because neither file nor spec says it.
  /// - Throws: `FileError` when a file cannot be read, `JSONError` or `TokenizerFileError` when it
  ///   is not what it should be, `TokenizerError` when it needs a part that is not available.
  public convenience init(
    contentsOf path: String, spec: TokenizerSpec = TokenizerSpec(),
    warn: (String) -> Void = { _ in }
  ) throws {
    try self.init(TokenizerDefinition(contentsOf: path, spec: spec, warn: warn))
  }
}

extension TokenizerDefinition {
  /// Reads a definition from a file of any format or from a model directory.
  ///
  /// - Parameters:
  ///   - path: a file, recognised by its content, or a directory with one or more of them.
  ///   - spec: what the format does not carry.
  ///   - warn: is told, in a sentence, what was assumed because neither file nor spec says it.
  /// - Throws: `FileError` when a file cannot be read, `JSONError` or `TokenizerFileError` when it
  ///   is not what it should be.
  public init(
    contentsOf path: String, spec: TokenizerSpec = TokenizerSpec(),
    warn: (String) -> Void = { _ in }
  ) throws {
    if FileSystem.isDirectory(path),
      let definition = try BytePipeline.definition(ofDirectory: path)
    {
      self = definition
      return
    }
    let file = FileSystem.isDirectory(path) ? try TokenizerDirectory.file(in: path, spec) : path
    self = try TokenizerFile(file).definition(spec, warn: warn)
  }
}
