internal import Tokenization

/// Text as words of a table, in windows that are drawn from it.
struct TrainingWords: Sendable {
  /// How text is cut into words.
  struct Splitting: Sendable {
    private let rule: PreTokenizedWords?

    /// - Parameter preTokenizer: the model's own rule; without one, words begin with their space.
    /// - Throws: `TokenizerError` when it is not valid.
    init(_ preTokenizer: PreTokenizer?) throws(TokenizerError) {
      rule = try preTokenizer.map { preTokenizer throws(TokenizerError) in
        try PreTokenizedWords(preTokenizer)
      }
    }

    func words(of text: [UInt8]) throws(TokenizerError) -> [Range<Int>] {
      if let rule { return try rule.words(of: text) }
      var result: [Range<Int>] = []
      var start = 0
      for index in text.indices.dropFirst()
      where text[index] == UInt8(ascii: " ") && text[index - 1] != UInt8(ascii: " ") {
        result.append(start..<index)
        start = index
      }
      if start < text.count { result.append(start..<text.count) }
      return result
    }
  }

  /// The different words.
  private(set) var words: [[UInt8]] = []
  /// The documents that are learnt from, and those that are held out, as places among `words`.
  private(set) var documents: [[UInt32]] = []
  private(set) var heldOut: [[UInt32]] = []

  /// Of so many documents one is held out; of a single one so large a part.
  private static let heldOutShare = 20

  /// - Parameter texts: documents, in UTF-8.
  /// - Throws: `TokenizerError` when a document is not, or cannot be cut.
  init(_ texts: [ArraySlice<UInt8>], _ splitting: Splitting) throws(TokenizerError) {
    var places: [[UInt8]: UInt32] = [:]
    var all: [[UInt32]] = []
    for text in texts {
      let bytes = Array(text)
      var document: [UInt32] = []
      for range in try splitting.words(of: bytes) {
        let word = Array(bytes[range])
        let place = places[word] ?? UInt32(words.count)
        if Int(place) == words.count {
          places[word] = place
          words.append(word)
        }
        document.append(place)
      }
      if !document.isEmpty { all.append(document) }
    }
    let longest = all.indices.max { all[$0].count < all[$1].count }
    if all.count < Self.heldOutShare, let longest {
      let count = all[longest].count / Self.heldOutShare
      heldOut = count > 0 ? [Array(all[longest].suffix(count))] : []
      all[longest].removeLast(count)
      documents = all
    } else {
      for (place, document) in all.enumerated() {
        if place % Self.heldOutShare == Self.heldOutShare - 1 {
          heldOut.append(document)
        } else {
          documents.append(document)
        }
      }
    }
  }

  /// Runs of words of about so many bytes each, from places that are drawn evenly over the text.
  func windows(
    _ count: Int, bytes: Int, of documents: [[UInt32]], _ generator: inout SplitMix64
  ) -> [[UInt32]] {
    let total = documents.reduce(0) { $0 + $1.count }
    guard total > 0 else { return [] }
    return (0..<count).map { _ in
      var place = Int.random(in: 0..<total, using: &generator)
      var document = 0
      while place >= documents[document].count {
        place -= documents[document].count
        document += 1
      }
      let words = documents[document]
      // Near the end of a document the window begins earlier.
      var start = place
      var size = words[place...].prefix(bytes).reduce(0) { $0 + self.words[Int($1)].count }
      while start > 0, size < bytes {
        start -= 1
        size += self.words[Int(words[start])].count
      }
      var (end, length) = (start, 0)
      while end < words.count, length < bytes {
        length += self.words[Int(words[end])].count
        end += 1
      }
      return Array(words[start..<end])
    }
  }
}
