/// The splitting patterns that most byte-level tokenizers share, matched by hand.
///
/// Each is a regular expression whose alternatives cover every text, so that each match begins where
/// the last one ended. A pattern is recognised by its exact spelling; anything else goes to the general
/// engine, to which tests hold these equal.
struct WordPattern: Sendable {
  /// How words, contractions and numbers are told apart.
  enum Style: Sendable {
    /// GPT-2: words with a space before them, contractions in small letters.
    case gpt2
    /// cl100k and its kin (Llama 3, Qwen): any one sign may lead a word, numbers are cut.
    case cl100k(longestNumber: Int)
    /// o200k: words are cut where capitals begin; contractions belong to the word.
    case o200k(longestNumber: Int)
  }
  let style: Style

  /// The pattern with this spelling; `nil` when it is none of the known ones.
  init?(_ pattern: String) {
    guard let style = Self.styles[pattern] else { return nil }
    self.style = style
  }

  private static let styles: [String: Style] = {
    let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
    let capitals = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let smalls = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    let lead = #"[^\r\n\p{L}\p{N}]?"#
    let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#
    var styles: [String: Style] = [
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: .gpt2
    ]
    for (number, length) in [(#"\p{N}"#, 1), (#"\p{N}{1,3}"#, 3)] {
      let cl100k =
        contractions + "|" + lead + #"\p{L}+|"# + number + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + spaces
      styles[cl100k] = .cl100k(longestNumber: length)
      let o200k =
        lead + capitals + "*" + smalls + "+" + contractions + "?|" + lead + capitals + "+" + smalls
        + "*" + contractions + "?|" + number + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces
      styles[o200k] = .o200k(longestNumber: length)
    }
    return styles
  }()

  /// The matches in a well-formed text: a division of the whole text.
  func matches(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    result.reserveCapacity(bytes.count / 4 + 1)
    bytes.withUnsafeBufferPointer { text in
      ScalarClasses.table.withUnsafeBufferPointer { classes in
        let scanner = WordScanner(text: text, classes: classes)
        var position = 0
        while position < text.count {
          let end = scanner.end(of: style, from: position)
          result.append((bytes.startIndex + position)..<(bytes.startIndex + end))
          position = end
        }
      }
    }
    return result
  }
}
