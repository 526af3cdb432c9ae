internal import ByteIO
public import Tokenization

extension Tokenizer {
  /// Opens a tokenizer from a file or from a model directory.
  ///
  /// - Parameter path: a `tokenizer.json`, or a directory that holds one.
  /// - Throws: `FileError` when the file cannot be read, `JSONError` when it is not what it should
  ///   be, `TokenizerError` when it needs a part that is not available.
  public convenience init(contentsOf path: String) throws {
    try self.init(TokenizerDefinition(contentsOf: path))
  }
}

extension TokenizerDefinition {
  /// Reads a definition from a file or from a model directory.
  ///
  /// - Parameter path: a `tokenizer.json`, or a directory that holds one.
  /// - Throws: `FileError` when the file cannot be read, `JSONError` when it is not what it should be.
  public init(contentsOf path: String) throws {
    let file = FileSystem.isDirectory(path) ? path + "/tokenizer.json" : path
    self = try TokenizerJSON.read(FileSystem.read(file), source: file)
  }
}
