internal import Normalization

/// A pre-tokenizer ready to run.
///
/// Where the byte alphabet would be the last step, the pieces are left as plain bytes and
/// `yieldsBytes` is set: the model then looks bytes up directly.
struct Splitter: Sendable {
  private enum Step: Sendable {
    case prefixSpace
    case pattern(TextMatcher, SplitBehavior, inverted: Bool)
    case punctuation(SplitBehavior)
    case digits(individual: Bool)
    case wordRuns
    case whitespaceSplit
    case fixedLength(Int)
    case metaspace(Unicode.Scalar, MetaspacePrepend)
    case literal(Unicode.Scalar, SplitBehavior)
    case scripts
    case byteAlphabet
  }
  private var steps: [Step] = []
  /// Whether pieces are bytes still to be spelled in the byte alphabet.
  private(set) var yieldsBytes = false

  /// GPT-2's splitting expression, which `ByteLevel` brings with it.
  static let gpt2Pattern =
    #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#

  /// - Parameter keepsBytes: whether the model can take plain bytes for the byte alphabet.
  init(_ preTokenizer: PreTokenizer?, keepsBytes: Bool) throws(TokenizerError) {
    if let preTokenizer { try append(preTokenizer) }
    if keepsBytes, case .byteAlphabet? = steps.last {
      steps.removeLast()
      yieldsBytes = true
    }
  }

  /// The pattern, where splitting is nothing but taking its matches as pieces of plain bytes.
  var wordPattern: WordPattern? {
    guard yieldsBytes, steps.count == 1, case .pattern(let matcher, let behavior, _) = steps[0],
      behavior == .isolated
    else { return nil }
    // The matches cover the text: there is nothing to invert.
    return matcher.wordPattern
  }

  /// Whether pieces depend on where in the original text they begin.
  var needsOrigins: Bool {
    steps.contains { if case .metaspace(_, .first) = $0 { true } else { false } }
  }

  /// Whether a text stays one piece as it is.
  var isIdentity: Bool { steps.isEmpty }

  /// Cuts a normalized text into pieces.
  func split(_ text: AlignedText) throws(TokenizerError) -> SplitText {
    var result = SplitText(text)
    for step in steps { try apply(step, to: &result) }
    return result
  }

  private func apply(_ step: Step, to text: inout SplitText) throws(TokenizerError) {
    switch step {
    case .prefixSpace:
      text.rewrite { if $0.bytes.first != UInt8(ascii: " ") { $0.prepend(" ") } }
    case .pattern(let matcher, let behavior, let inverted):
      try text.split(behavior, inverted: inverted) { bytes, body throws(TokenizerError) in
        try TokenizerError.wrapping { () throws(NormalizationError) in
          try matcher.forEachMatch(in: bytes, body)
        }
      }
    case .punctuation(let behavior): text.split(behavior, where: ScalarProperties.isPunctuation)
    case .digits(let individual):
      text.split(individual ? .isolated : .contiguous, where: ScalarProperties.isNumeric)
    case .wordRuns:
      text.split(.removed, where: ScalarProperties.isWhitespace)
      text.split(.contiguous, where: ScalarProperties.isWord)
    case .whitespaceSplit: text.split(.removed, where: ScalarProperties.isWhitespace)
    case .fixedLength(let length): text.split(every: length)
    case .metaspace(let mark, let prepend):
      text.rewrite { Self.markSpaces(of: &$0, mark: mark, prepend: prepend) }
    case .literal(let scalar, let behavior): text.split(behavior) { $0 == scalar }
    case .scripts: text.split(.removed, inverted: true, at: ScriptRuns.forEach)
    case .byteAlphabet: text.spellBytes()
    }
  }

  /// The first half of Hugging Face's `Metaspace`: spaces become marks, and one is put in front of a
  /// piece that has none there; by the scheme `first` only where the original text begins.
  private static func markSpaces(
    of text: inout AlignedText, mark: Unicode.Scalar, prepend: MetaspacePrepend
  ) {
    text.replaceSpaces(by: mark)
    let mayPrepend =
      switch prepend {
      case .always: true
      case .first: text.originalStart == 0
      case .never: false
      }
    if mayPrepend, !text.bytes.starts(with: String(mark).utf8) { text.prepend(String(mark)) }
  }

  private mutating func append(_ preTokenizer: PreTokenizer) throws(TokenizerError) {
    switch preTokenizer {
    case .byteLevel(let addPrefixSpace, _, let useRegex):
      if addPrefixSpace { steps.append(.prefixSpace) }
      if useRegex { try appendPattern(.regex(Self.gpt2Pattern), .isolated, inverted: false) }
      steps.append(.byteAlphabet)
    case .split(let pattern, let behavior, let inverted):
      try appendPattern(pattern, behavior, inverted: inverted)
    case .punctuation(let behavior): steps.append(.punctuation(behavior))
    case .digits(let individual): steps.append(.digits(individual: individual))
    case .whitespace: steps.append(.wordRuns)
    case .whitespaceSplit: steps.append(.whitespaceSplit)
    case .delimiter(let delimiter): steps.append(.literal(delimiter, .removed))
    case .fixedLength(let length): steps.append(.fixedLength(length))
    case .sequence(let parts): for part in parts { try append(part) }
    case .metaspace(let mark, let prepend, let split):
      steps.append(.metaspace(mark, prepend))
      if split { steps.append(.literal(mark, .mergedWithNext)) }
    case .bert: steps += [.whitespaceSplit, .punctuation(.isolated)]
    case .unicodeScripts: steps.append(.scripts)
    }
  }

  private mutating func appendPattern(
    _ pattern: TextPattern, _ behavior: SplitBehavior, inverted: Bool
  ) throws(TokenizerError) {
    let matcher = try TokenizerError.wrapping { () throws(NormalizationError) in
      try TextMatcher(pattern)
    }
    steps.append(.pattern(matcher, behavior, inverted: inverted))
  }
}
