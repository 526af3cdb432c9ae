internal import Tokenization

extension TokenizerConfig {
  /// Gives a model of the sentencepiece library the special tokens around a text that the files ask for.
  ///
  /// A model by itself has both a beginning and an end, as the library puts them there when it is asked
  /// to. In a directory `add_bos_token` and `add_eos_token` decide, and where the files name a class
  /// without them, that class's usage: Llama's and Gemma's put a beginning only.
  func frame(_ definition: inout TokenizerDefinition) {
    guard case .sentencePiece(let model) = definition.model else { return }
    let beginsOnly = ["LlamaTokenizer", "CodeLlamaTokenizer", "GemmaTokenizer"]
      .contains(className)
    func token(_ name: String) -> PostProcessor.SpecialToken? {
      model.controlID(name).map { PostProcessor.SpecialToken(token: name, id: $0) }
    }
    definition.postProcessor = .surrounding(
      beginning: addsBeginning ?? true ? token(model.beginningPiece) : nil,
      end: addsEnd ?? !beginsOnly ? token(model.endPiece) : nil)
  }

  /// Whether a definition has a beginning and an end around a text.
  static func frame(of definition: TokenizerDefinition) -> (addsBeginning: Bool, addsEnd: Bool) {
    guard case .template(let template)? = definition.postProcessor else { return (false, false) }
    func isSpecial(_ piece: PostProcessor.Template.Piece?) -> Bool {
      if case .special? = piece { true } else { false }
    }
    return (isSpecial(template.single.first), isSpecial(template.single.last))
  }
}
