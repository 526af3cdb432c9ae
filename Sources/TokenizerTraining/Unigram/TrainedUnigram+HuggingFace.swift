internal import Normalization
public import Tokenization

extension TrainedUnigram {
  /// The tokenizer as one of the sentencepiece library.
  ///
  /// - Parameter normalization: what was done to the text before training.
  public func sentencePieceTokenizer(
    normalization: SentencePieceDefinition.Normalization
  ) -> TokenizerDefinition {
    TokenizerDefinition(sentencePieceDefinition(normalization: normalization))
  }

  /// The tokenizer in the parts of Hugging Face's library, with the same ids: character map, white
  /// space, `Metaspace`, `Unigram`. `nil` when the mark of a space ends words, which that library has
  /// no part for.
  ///
  /// User-defined pieces become added tokens that are not special.
  ///
  /// - Parameter normalization: what was done to the text before training.
  public func huggingFaceTokenizer(
    normalization: SentencePieceDefinition.Normalization
  ) -> TokenizerDefinition? {
    guard !treatsWhitespaceAsSuffix else { return nil }
    let original = sentencePieceTokenizer(normalization: normalization)
    let prepend: MetaspacePrepend = normalization.addsDummyPrefix ? .always : .never
    let mark = TrainingCharacter.space
    let spaces = Decoder.metaspace(replacement: mark, prepend: prepend)
    return TokenizerDefinition(
      normalizer: Self.normalizer(normalization),
      preTokenizer: .metaspace(replacement: mark, prepend: prepend, split: splitsByWhitespace),
      model: .unigram(unigramDefinition), postProcessor: original.postProcessor,
      decoder: fallsBackToBytes ? .sequence([.byteFallback, spaces]) : spaces,
      addedTokens: addedTokens)
  }

  /// The pieces that Hugging Face's library matches before the model: special ones, and user-defined
  /// ones, which are not special.
  var addedTokens: [AddedToken] {
    pieces.enumerated().compactMap { id, piece in
      switch piece.kind {
      case .unknown, .control, .userDefined:
        AddedToken(
          id: TokenID(id), content: String(decoding: piece.text, as: UTF8.self),
          isNormalized: false, isSpecial: piece.kind != .userDefined)
      case .normal, .unused, .byte: nil
      }
    }
  }

  private static func normalizer(
    _ normalization: SentencePieceDefinition.Normalization
  ) -> Normalizer? {
    var parts: [Normalizer] = []
    if !normalization.characterMap.isEmpty {
      parts.append(.precompiled(normalization.characterMap))
    }
    if normalization.removesExtraWhitespace {
      parts.append(.replace(.regex(#"\A +| +\z"#), with: ""))
      parts.append(.replace(.regex(" {2,}"), with: " "))
    }
    return parts.count > 1 ? .sequence(parts) : parts.first
  }
}
