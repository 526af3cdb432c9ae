public import Tokenization

/// A part of a document: a prompt, and the text that follows it.
public struct ContinuedPrompt: Sendable, Equatable {
  public let prompt: BaseSequence
  public let continuation: [TokenID]
  /// The size of the continuation in UTF-8.
  public let continuationBytes: Int

  /// Cuts a document into prompts with their continuations.
  ///
  /// The document's tokens are taken in parts of at most `limit` tokens, as many as there can be so that no piece of the
  /// pre-tokenizer is cut; a piece that is longer ends the document. Of each part the prompt takes the share that is
  /// asked for, rounded up to whole pieces. A part of a single piece is left out.
  ///
  /// - Parameters:
  ///   - document: the tokens, without inserted ones.
  ///   - bytes: the size of the document.
  ///   - pieces: the tokens at which pieces begin, the first of them 0.
  ///   - limit: the tokens of a part, at least 2.
  ///   - share: that of the prompt, between 0 and 1.
  static func parts(
    of document: BaseSequence, bytes: Int, pieces: [Int], limit: Int, share: Double
  ) -> [ContinuedPrompt] {
    var result: [ContinuedPrompt] = []
    // Where pieces begin, and the end.
    let starts = pieces + [document.count]
    var first = 0
    while first + 1 < starts.count {
      let start = starts[first]
      let last = starts.lastIndex { $0 <= start + limit } ?? first
      guard last > first else { break }
      let wanted = start + Int((Double(starts[last] - start) * share).rounded(.up))
      let middle = starts[first...last].first { $0 >= wanted } ?? starts[last]
      if middle > start, middle < starts[last] {
        let end = starts[last] < document.count ? document.offsets[starts[last]].lowerBound : bytes
        result.append(
          ContinuedPrompt(
            prompt: document[start..<middle],
            continuation: Array(document.ids[middle..<starts[last]]),
            continuationBytes: end - document.offsets[middle].lowerBound))
      }
      first = last
    }
    return result
  }
}
