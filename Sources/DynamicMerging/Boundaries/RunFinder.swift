internal import Tokenization

/// Finds the runs of base tokens between which nothing ever merges.
struct RunFinder: Sendable {
  /// What cuts a sequence.
  private enum Rule {
    case preTokens
    case words
    case sentences
    case spaceBytes
  }
  private let rule: Rule
  private let vocabulary: MergeVocabulary

  init(_ boundary: MergeBoundary, _ tokenizer: Tokenizer, _ vocabulary: MergeVocabulary) {
    self.vocabulary = vocabulary
    switch boundary {
    case .pretoken: rule = tokenizer.definition.cutsTexts ? .preTokens : .words
    case .word, .hyphenatedWord: rule = .words
    case .sentence: rule = .sentences
    case .isolatedPretoken: rule = .spaceBytes
    }
  }

  /// Calls `body` with the runs of a sequence from left to right, which together are the sequence.
  func forEachRun(in sequence: BaseSequence, _ body: (Range<Int>) -> Void) {
    var start = 0
    // Whether a sentence ends unless closing quotes follow: before white space, or anywhere.
    var ending = TokenTraits()
    for place in sequence.ids.indices {
      let traits = vocabulary.traits(of: sequence.ids[place])
      if place > start {
        let before = vocabulary.traits(of: sequence.ids[place - 1])
        if isCut(before, traits, ending)
          || rule == .preTokens && sequence.pieces[place] != sequence.pieces[place - 1]
        {
          body(start..<place)
          start = place
          ending = []
        }
      }
      if !traits.contains(.isClosing) {
        ending = traits.intersection([.endsSentence, .endsWideSentence])
      }
    }
    if start < sequence.ids.count { body(start..<sequence.ids.count) }
  }

  private func isCut(_ left: TokenTraits, _ right: TokenTraits, _ ending: TokenTraits) -> Bool {
    guard left.contains(.isText), right.contains(.isText) else { return true }
    switch rule {
    case .preTokens: return false
    case .words: return right.contains(.hasWhitespace) || left.contains(.hasInnerWhitespace)
    case .sentences:
      if left.contains(.hasLineEnd) { return true }
      if ending.contains(.endsWideSentence) { return !right.contains(.isClosing) }
      return ending.contains(.endsSentence) && right.contains(.beginsWithWhitespace)
    case .spaceBytes:
      // Whatever covers both would have a space behind its first byte, and something that is none.
      let isSpace = left.intersection(right).contains(.isAllSpaceBytes)
      return !isSpace && (right.contains(.hasSpaceByte) || left.contains(.hasInnerSpaceByte))
    }
  }
}

extension TokenizerDefinition {
  /// Whether texts are cut before the model sees them.
  fileprivate var cutsTexts: Bool {
    switch model {
    case .sentencePiece, .bytes: false
    default: preTokenizer?.cutsTexts == true
    }
  }
}

extension PreTokenizer {
  fileprivate var cutsTexts: Bool {
    switch self {
    case .byteLevel(_, _, let useRegex): useRegex
    case .metaspace(_, _, let split): split
    case .sequence(let parts): parts.contains { $0.cutsTexts }
    default: true
    }
  }
}
