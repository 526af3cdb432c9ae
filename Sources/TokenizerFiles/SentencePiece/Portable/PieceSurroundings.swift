internal import Normalization
internal import Tokenization

/// What stands beside the model in a tokenizer of Hugging Face's parts, as sentencepiece has it: the
/// kinds of special pieces and their names.
struct PieceSurroundings {
  private let definition: TokenizerDefinition
  private let unknownToken: String?
  /// The ids that the post-processor puts around a text.
  private let framingTokens: Set<TokenID>

  init(_ definition: TokenizerDefinition, unknownToken: String?) {
    self.definition = definition
    self.unknownToken = unknownToken
    var framing: Set<TokenID> = []
    for part in definition.postProcessor?.parts ?? [] {
      guard case .template(let template) = part else { continue }
      for token in template.specialTokens.values.joined() { framing.insert(token.id) }
    }
    framingTokens = framing
  }

  /// The kind of a piece that is not there for texts; `nil` for one that is.
  func kind(
    of id: TokenID, _ text: String, _ vocabulary: TokenizerVocabulary
  ) -> SentencePieceDefinition.Kind? {
    if text == unknownToken ?? "<unk>" { return .unknown }
    if framingTokens.contains(id) { return .control }
    return vocabulary.added[id].map { $0.isSpecial ? .control : .userDefined }
  }

  /// Tells a model which of its pieces stand for what.
  func name(_ model: inout SentencePieceDefinition) {
    if let unknownToken {
      model.unknownPiece = unknownToken
      // Hugging Face's decoders leave the token as it is.
      model.unknownSurface = unknownToken
    }
    if let padding = definition.padding?.token { model.paddingPiece = padding }
    for part in definition.postProcessor?.parts ?? [] {
      guard case .template(let template) = part else { continue }
      var isBefore = true
      for place in template.single {
        switch place {
        case .sequence: isBefore = false
        case .special(let name, _):
          guard let token = template.specialTokens[name]?.first?.token else { continue }
          if isBefore { model.beginningPiece = token } else { model.endPiece = token }
        }
      }
    }
    guard case .sequence(let steps) = definition.decoder else { return }
    for case .replace(.regex(let pattern), let surface) in steps
    where pattern == "\\A\(RegularExpressionText.escape(model.unknownPiece.utf8))\\z" {
      model.unknownSurface = surface
    }
  }

  /// What a model does not say of them, each a sentence.
  func losses(readAs model: SentencePieceDefinition) -> [String] {
    var losses = definition.postProcessingLosses(readAs: TokenizerDefinition(model))
    if definition.truncation != nil { losses.append("the truncation") }
    if definition.padding != nil { losses.append("the padding") }
    guard definition.addedTokenPolicy != .neverMatched else { return losses }
    let special = definition.addedTokens.filter(\.isSpecial).map(\.content)
    if !special.isEmpty {
      losses.append(
        "that special tokens are found in texts: sentencepiece cuts \(Self.list(special)) like any "
          + "other text")
    }
    let others = definition.addedTokens.filter { !$0.isSpecial }
    if !others.isEmpty, model.normalization.addsDummyPrefix {
      losses.append(
        "the space in front of what follows an added token: sentencepiece puts one at the beginning "
          + "of a text only")
    }
    let stripping = others.filter { $0.stripsLeft || $0.stripsRight || $0.isSingleWord }
    if !stripping.isEmpty {
      losses.append(
        "that \(Self.list(stripping.map(\.content))) take white space along or stand alone only")
    }
    return losses
  }

  private static func list(_ texts: [String]) -> String {
    let names = texts.prefix(5).map { "`\($0)`" }.joined(separator: ", ")
    return texts.count > 5 ? "\(names) and \(texts.count - 5) more" : names
  }
}
