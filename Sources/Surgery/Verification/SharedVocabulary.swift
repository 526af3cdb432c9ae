internal import Tokenization
internal import TokenizerFiles

/// What keeps two models from using each other's ids, as a draft and a target of speculative decoding do.
struct SharedVocabulary {
  /// In sentences; empty when an id means the same to both.
  private(set) var differences: [String] = []

  /// Texts on which the two tokenizers must agree.
  private static let samples = [
    "Hello, world! 12345\n", "  The café — naïve, 東京, Привет 🙂\t",
    "for (int i = 0; i < n; ++i) {}\n\n",
  ]

  init(_ left: ModelDirectory, _ right: ModelDirectory) {
    compareTokens(left, right)
    let roles = TokenRole.allCases.filter {
      left.specialTokens.ids[$0] != right.specialTokens.ids[$0]
    }
    for role in roles {
      let ids = [left, right].map { $0.specialTokens.ids[role].map(String.init) ?? "missing" }
      differences.append(
        "the token `\(role.rawValue)` is \(ids[0]) here and \(ids[1]) in \(right.path)")
    }
    for (name, counts) in [
      ("rows", (left.vocabularyTensors.rows, right.vocabularyTensors.rows)),
      ("vocab_size", (left.configVocabularySize ?? 0, right.configVocabularySize ?? 0)),
    ] where counts.0 != counts.1 {
      differences.append("\(name) is \(counts.0) here and \(counts.1) in \(right.path)")
    }
    compareSamples(left, right)
  }

  private mutating func compareTokens(_ left: ModelDirectory, _ right: ModelDirectory) {
    let count = max(left.vocabulary.idBound, right.vocabulary.idBound)
    let apart = (0..<count).filter {
      left.vocabulary.spelling(of: TokenID($0)) != right.vocabulary.spelling(of: TokenID($0))
    }
    guard let first = apart.first else { return }
    func spelled(_ model: ModelDirectory) -> String {
      model.vocabulary.spelling(of: TokenID(first)).map {
        "`\(String(decoding: $0, as: UTF8.self))`"
      }
        ?? "no token"
    }
    differences.append(
      "\(apart.count) ids have other tokens in \(right.path), the first \(first): \(spelled(left)) here, "
        + "\(spelled(right)) there")
  }

  private mutating func compareSamples(_ left: ModelDirectory, _ right: ModelDirectory) {
    guard let mine = try? Tokenizer(left.tokenizer), let theirs = try? Tokenizer(right.tokenizer)
    else { return }
    for sample in Self.samples {
      guard let ids = try? mine.encode(sample).ids, let others = try? theirs.encode(sample).ids,
        ids != others
      else { continue }
      differences.append("the two tokenizers cut a sample text differently")
      return
    }
  }
}
