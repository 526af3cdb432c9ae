internal import ByteIO
package import Tokenization

/// A tokenizer as the `tokenizer.*` pairs of a GGUF model.
package enum GGUFTokenizerPairs {
  /// The names of the roles in keys.
  private static let roles: [(key: String, role: TokenRole)] = [
    ("bos", .bos), ("eos", .eos), ("padding", .pad), ("unknown", .unk), ("seperator", .sep),
    ("cls", .cls), ("mask", .mask),
  ]

  /// The special tokens that a model's pairs name.
  package static func specialIDs(_ header: GGUFHeader) -> [(role: TokenRole, id: UInt64)] {
    roles.compactMap { key, role in
      let spellings = key == "seperator" ? [key, "separator"] : [key]
      for spelling in spellings {
        if case .unsigned(let id)? = header[GGUFVocabulary.prefix + spelling + "_token_id"] {
          return (role, id)
        }
      }
      return nil
    }
  }

  /// The pairs of a tokenizer, each in the bytes of version 3.
  ///
  /// - Parameters:
  ///   - rows: the number of tokens; what the vocabulary lacks is filled up with unused ones.
  ///   - specialTokens: named by their roles, where the tokenizer itself does not say them.
  ///   - chatTemplate: how a conversation becomes a text.
  /// - Throws: `TokenizerFileError` when GGUF has no words for the tokenizer, or not for all of it.
  package static func make(
    for definition: TokenizerDefinition, rows: Int, specialTokens: SpecialTokens,
    chatTemplate: String?, source: String
  ) throws(TokenizerFileError) -> [[UInt8]] {
    // llama.cpp encodes no pairs.
    let losses = try TokenizerConversion(definition, to: .gguf, source: source).losses
      .filter { $0 != TokenizerDefinition.lossAroundPairs }
    guard losses.isEmpty else {
      throw TokenizerFileError(
        source: source,
        message: "a GGUF file cannot say of this tokenizer: \(losses.joined(separator: "; "))")
    }
    var portable = definition.portable.definition
    if case .sentencePiece = definition.model { portable = definition }
    let file = GGUFVocabulary.write(portable, rows: rows) ?? []
    let header = try file.withUnsafeBufferPointer { bytes throws(TokenizerFileError) in
      try GGUFHeader.read(UnsafeRawBufferPointer(bytes), source: source)
    }
    var result = header.pairs.filter { $0.key.hasPrefix(GGUFHeader.tokenizerPrefix) }
      .map { Array(file[$0.range]) }
    for (key, role) in roles {
      let key = GGUFVocabulary.prefix + key + "_token_id"
      guard header[key] == nil, let id = specialTokens.ids[role] else { continue }
      result.append(pair { $0.set(key, UInt32(id)) })
    }
    if let chatTemplate {
      result.append(pair { $0.set("tokenizer.chat_template", chatTemplate) })
    }
    return result
  }

  /// What a writer makes of one pair.
  private static func pair(_ set: (inout GGUFWriter) -> Void) -> [UInt8] {
    var writer = GGUFWriter()
    set(&writer)
    return writer.pairBytes
  }
}
