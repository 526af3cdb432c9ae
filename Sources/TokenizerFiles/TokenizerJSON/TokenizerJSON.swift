public import ByteIO
public import Tokenization

/// Hugging Face's `tokenizer.json`, version 1.0, as tokenizers 0.23 reads it.
public enum TokenizerJSON {
  /// Reads a definition.
  ///
  /// - Parameters:
  ///   - bytes: the content of the file.
  ///   - source: its name, for messages.
  /// - Throws: `JSONError` with the place of whatever the reference would refuse too.
  public static func read(_ bytes: [UInt8], source: String) throws(JSONError)
    -> TokenizerDefinition
  {
    try read(JSON(parsing: bytes, source: source))
  }

  /// Reads a definition from a parsed document.
  ///
  /// - Throws: as `read(_:source:)`.
  public static func read(_ root: JSON) throws(JSONError) -> TokenizerDefinition {
    _ = try root.expectObject()
    if let version = root.optional("version"), version.string != "1.0" {
      throw version.unexpected("\"1.0\"")
    }
    var definition = TokenizerDefinition(model: try readModel(root.required("model")))
    if let json = root.optional("normalizer") { definition.normalizer = try readNormalizer(json) }
    if let json = root.optional("pre_tokenizer") {
      definition.preTokenizer = try readPreTokenizer(json)
    }
    if let json = root.optional("post_processor") {
      definition.postProcessor = try readPostProcessor(json)
    }
    if let json = root.optional("decoder") { definition.decoder = try readDecoder(json) }
    if let json = root.optional("truncation") { definition.truncation = try readTruncation(json) }
    if let json = root.optional("padding") { definition.padding = try readPadding(json) }
    if let json = root.optional("added_tokens") {
      for token in try json.expectArray() {
        definition.addedTokens.append(try readAddedToken(token))
      }
    }
    return definition
  }

  private static func readAddedToken(_ json: JSON) throws(JSONError) -> AddedToken {
    AddedToken(
      id: try readID(json.required("id")), content: try json.string("content"),
      isSingleWord: try json.bool("single_word"), stripsLeft: try json.bool("lstrip"),
      stripsRight: try json.bool("rstrip"), isNormalized: try json.bool("normalized"),
      isSpecial: try json.bool("special"))
  }

  static func readID(_ json: JSON) throws(JSONError) -> TokenID {
    TokenID(try json.expectInt(in: 0...Int(TokenID.max)))
  }

  /// A part whose `type` is none of those that the format knows.
  static func unknownType(_ json: JSON, _ role: String) -> JSONError {
    (json["type"] ?? json).unexpected("the type of a \(role)")
  }
}
