internal import Tokenization
internal import TokenizerFiles

/// The parts of words that sampled tokenizers choose their tokens from.
struct PieceCandidates: Sendable {
  /// A part of a word.
  struct Part: Sendable {
    let start: UInt8
    let end: UInt8
    /// The place among the candidates.
    let candidate: UInt32
  }

  /// The bytes of each candidate.
  private(set) var texts: [[UInt8]] = []
  /// Whether it is one character: every tokenizer has those.
  private(set) var isCharacter: [Bool] = []
  /// The parts of each word, ascending by their ends.
  private(set) var parts: [[Part]] = []
  /// How the model's own tokenizer spells each candidate.
  private(set) var pieces: [[TokenID]] = []

  /// Longer parts are no tokens (ZeTT's bound).
  private static let longest = 16
  /// Of longer words only the beginning is looked at.
  private static let longestWord = 240

  init(_ words: [[UInt8]], _ segmentation: TokenSegmentation) {
    var places: [[UInt8]: UInt32] = [:]
    for word in words {
      // Parts begin and end with characters.
      let bounds = (0...min(word.count, Self.longestWord)).filter {
        $0 == word.count || !UTF8.isContinuation(word[$0])
      }
      var found: [Part] = []
      for (last, end) in bounds.enumerated().dropFirst() {
        for first in (0..<last).reversed() {
          let start = bounds[first]
          // Words that begin with spaces are split after them by no tokenizer but into single ones.
          guard end - start <= Self.longest || first == last - 1 else { break }
          let text = Array(word[start..<end])
          let place = places[text] ?? UInt32(texts.count)
          if Int(place) == texts.count {
            places[text] = place
            texts.append(text)
            isCharacter.append(first == last - 1)
            pieces.append(segmentation.pieces(of: text))
          }
          found.append(Part(start: UInt8(start), end: UInt8(end), candidate: place))
        }
      }
      parts.append(found)
    }
  }

  var count: Int { texts.count }
}
