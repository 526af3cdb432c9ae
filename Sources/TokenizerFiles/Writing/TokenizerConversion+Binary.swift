internal import ByteIO
internal import Tokenization

/// The formats whose writers say themselves what they have no words for.
extension TokenizerConversion {
  static func tekken(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    guard let bytes = TekkenFile.write(definition) else {
      throw impossible(
        source, .tekken,
        needs: "a byte-level BPE with one splitting pattern whose first ids are those of the "
          + "special tokens, then of the 256 bytes in order, then of the other tokens")
    }
    return TokenizerConversion(
      files: [("tekken.json", bytes)],
      losses: readBack(definition) {
        try TekkenFile.read(JSON(parsing: bytes, source: source))
      })
  }

  static func gguf(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    // llama.cpp matches special tokens always and has lists of merges, as a tokenizer.json.
    var (portable, losses) = definition.portable
    switch definition.model {
    case .sentencePiece: (portable, losses) = (definition, [])
    case .unigram:
      if let (model, differences) = sentencePieceModel(of: definition) {
        (portable, losses) = (TokenizerDefinition(model), differences)
      }
    default: break
    }
    guard let bytes = GGUFVocabulary.write(portable) else {
      throw impossible(
        source, .gguf,
        needs: "a byte-level BPE, a WordPiece vocabulary, or a merging or unigram model of the "
          + "sentencepiece library")
    }
    losses += readBack(portable) {
      try bytes.withUnsafeBytes {
        try GGUFVocabulary.read($0, source: source, spec: TokenizerSpec())
      }
    }
    return TokenizerConversion(files: [("vocabulary.gguf", bytes)], losses: losses)
  }

  /// A directory as transformers saves it.
  static func modelDirectory(
    _ definition: TokenizerDefinition, _ source: String
  ) throws(TokenizerFileError) -> TokenizerConversion {
    guard case .sentencePiece(let model) = definition.model else {
      var conversion = try tokenizerJSON(definition, source)
      conversion.files +=
        TokenizerConfig.describing(definition, className: "PreTrainedTokenizerFast").files
      return conversion
    }
    let config = TokenizerConfig.describing(
      definition, className: model.algorithm == .unigram ? "T5Tokenizer" : "LlamaTokenizer")
    return TokenizerConversion(
      files: [("tokenizer.model", SentencePieceFile.write(model))] + config.files,
      losses: readBack(definition) {
        var copy = TokenizerDefinition(model)
        try TokenizerConfig(documents: config.document).frame(&copy)
        return copy
      })
  }
}
