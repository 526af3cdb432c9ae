/// The windows in which a document is scored that is longer than a model's context.
///
/// Each window moves on by half of the context, the last one so far that it ends with the document, and
/// each token is scored in the first window that holds it. So every token but those of the first window
/// is seen after at least half a context of text.
enum ContextWindows {
  /// A part of a document, and the positions in the document whose tokens are scored there.
  struct Window: Equatable {
    var tokens: Range<Int>
    var scored: Range<Int>
  }

  /// The windows of a document.
  ///
  /// - Parameters:
  ///   - count: the number of tokens, with the one that begins the document, which is not scored.
  ///   - context: the tokens of a window; at least 2.
  static func windows(count: Int, context: Int) -> [Window] {
    var end = min(count, context)
    var windows = [Window(tokens: 0..<end, scored: min(1, end)..<end)]
    while end < count {
      let next = min(end + context / 2, count)
      windows.append(Window(tokens: (next - context)..<next, scored: end..<next))
      end = next
    }
    return windows
  }
}
