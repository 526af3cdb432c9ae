public import Tokenization

extension TokenizerDefinition {
  /// The tokenizer with a token per word.
  public static func words(_ rule: WordRule) -> TokenizerDefinition {
    TokenizerDefinition(model: .words(WordDefinition(rule)))
  }
}

extension WordRule {
  /// What stands before a rule where a tokenizer is named: `words:hat`.
  public static let prefix = "words:"

  /// The rule that a person names: one of `names`, or a tokenizer, whose pre-tokenizer is the rule.
  ///
  /// - Throws: as `TokenizerDefinition.init(named:spec:warn:)`.
  public init(
    named name: String, spec: TokenizerSpec = TokenizerSpec(),
    warn: (String) -> Void = { _ in }
  ) throws {
    if let rule = WordRule(name: name) {
      self = rule
    } else {
      let definition = try TokenizerDefinition(named: name, spec: spec, warn: warn)
      self = .preTokenizer(definition.preTokenizer)
    }
  }
}

extension String {
  /// What follows a prefix; `nil` where the text does not begin with it.
  func suffix(afterPrefix prefix: String) -> String? {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
  }
}
