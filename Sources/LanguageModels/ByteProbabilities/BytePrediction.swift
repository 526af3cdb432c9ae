public import Tokenization

/// A model and its tokenizer, asked for the bytes of texts.
public final class BytePrediction {
  public let reader: NextTokenReader
  public let tokenizer: Tokenizer
  private let canonical: CoveringRules
  private lazy var all = Result { try CoveringRules(tokenizer, mode: .all) }

  /// - Throws: `CoveringError` when bytes cannot be covered with the tokenizer's tokens.
  public init(_ evaluator: TextEvaluator) throws {
    reader = NextTokenReader(
      evaluator.model, beginning: evaluator.start, context: evaluator.context)
    tokenizer = evaluator.tokenizer
    canonical = try CoveringRules(tokenizer)
  }

  /// The rules of the tokenizer.
  public func rules(_ mode: CoveringRules.Mode) throws -> CoveringRules {
    mode == .canonical ? canonical : try all.get()
  }

  /// A reader of one text.
  ///
  /// - Parameter beam: how many token sequences are followed at most.
  public func byteModel(
    _ mode: CoveringRules.Mode = .canonical, beam: Int? = nil
  ) throws -> CoveringByteModel<NextTokenReader> {
    try CoveringByteModel(reader, rules: rules(mode), beam: beam)
  }

  /// The next byte after a prompt.
  ///
  /// - Parameters:
  ///   - prompt: UTF-8, of which the last character may be unfinished where all covers are looked at.
  ///   - beam: how many token sequences are followed at most.
  /// - Throws: `CoveringError`, `TokenizerError` for a prompt that is not UTF-8, `LanguageModelError`.
  public func nextByte(
    after prompt: [UInt8], boundary: PromptBoundary, mode: CoveringRules.Mode = .canonical,
    beam: Int? = nil
  ) throws -> ByteDistribution {
    if boundary == .exact {
      var model = try byteModel(mode, beam: beam)
      for byte in prompt { try model.append(byte) }
      return try model.nextByte()
    }
    let rules = try rules(mode)
    return try reader.nextByte(
      after: tokenizer.ids(ofUTF8: prompt, addSpecialTokens: false), index: rules.index,
      specialTokens: rules.specialTokens, heals: boundary == .healing)
  }
}
