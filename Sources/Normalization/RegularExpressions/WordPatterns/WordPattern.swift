/// The splitting patterns that most byte-level tokenizers share, matched by hand.
///
/// Each is a regular expression whose alternatives cover every text, so that each match begins where
/// the last one ended. A pattern is recognised by its exact spelling; anything else goes to the general
/// engine, to which tests hold these equal.
package struct WordPattern: Sendable {
  /// How words, contractions and numbers are told apart.
  enum Style: Sendable {
    /// GPT-2: words with a space before them, contractions in small letters.
    case gpt2
    /// cl100k and its kin (Llama 3, Qwen): any one sign may lead a word, numbers are cut.
    ///
    /// tiktoken's own spelling leaves white space at the end of the text whole; others cut it after
    /// its last newline.
    case cl100k(longestNumber: Int, keepsLastSpace: Bool)
    /// o200k: words are cut where capitals begin; contractions belong to the word.
    case o200k(longestNumber: Int)
    /// Tekken: as o200k, but contractions are like any other text.
    case tekken(longestNumber: Int)
  }
  let style: Style

  /// The pattern with this spelling; `nil` when it is none of the known ones.
  package init?(_ pattern: TextPattern) {
    let known: Style? =
      switch pattern {
      case .literal: nil
      case .regex(let spelling): Self.styles[spelling]
      case .fancyRegex(let spelling): Self.styles[spelling] ?? Self.possessiveStyles[spelling]
      }
    guard let known else { return nil }
    style = known
  }

  /// The pattern that is spelled so in Oniguruma's syntax; `nil` when it is none of the known ones.
  init?(_ pattern: String) { self.init(TextPattern.regex(pattern)) }

  /// Spellings that mean the same to every engine.
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
      styles[cl100k] = .cl100k(longestNumber: length, keepsLastSpace: false)
      let signs = #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|"#
      let o200k =
        lead + capitals + "*" + smalls + "+" + contractions + "?|" + lead + capitals + "+" + smalls
        + "*" + contractions + "?|" + number + signs + spaces
      styles[o200k] = .o200k(longestNumber: length)
      let tekken =
        lead + capitals + "*" + smalls + "+|" + lead + capitals + "+" + smalls + "*|" + number
        + signs + spaces
      styles[tekken] = .tekken(longestNumber: length)
    }
    return styles
  }()

  /// Spellings with possessive quantifiers, in the syntax of fancy-regex only.
  private static let possessiveStyles: [String: Style] = [
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#: .gpt2,
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#:
      .cl100k(longestNumber: 3, keepsLastSpace: true),
  ]

  // MARK: Matching

  /// Finds the matches that follow one another from `start`.
  ///
  /// - Parameters:
  ///   - text: well-formed UTF-8.
  ///   - start: where a match begins, before the end of the text.
  ///   - ends: receives the ends of the matches; each begins where the one before it ends.
  /// - Returns: how many there are: as many as `ends` holds, or all up to the end of the text.
  package func findEnds(
    in text: UnsafeBufferPointer<UInt8>, from start: Int,
    into ends: UnsafeMutableBufferPointer<Int>
  ) -> Int {
    ScalarClasses.table.withUnsafeBufferPointer { classes in
      let scanner = WordScanner(text: text, classes: classes)
      // One loop for each style, so that the choice is not made again for every word.
      return switch style {
      case .gpt2: Self.fill(ends, text.count, start) { scanner.gpt2($0) }
      case .cl100k(let longest, let keepsLastSpace):
        Self.fill(ends, text.count, start) {
          scanner.cl100k($0, longestNumber: longest, keepsLastSpace: keepsLastSpace)
        }
      case .o200k(let longest):
        Self.fill(ends, text.count, start) {
          scanner.o200k($0, longestNumber: longest, contractions: true)
        }
      case .tekken(let longest):
        Self.fill(ends, text.count, start) {
          scanner.o200k($0, longestNumber: longest, contractions: false)
        }
      }
    }
  }

  @inline(__always)
  private static func fill(
    _ ends: UnsafeMutableBufferPointer<Int>, _ count: Int, _ start: Int, _ end: (Int) -> Int
  ) -> Int {
    var found = 0
    var position = start
    while position < count, found < ends.count {
      position = end(position)
      ends[found] = position
      found += 1
    }
    return found
  }

  /// Finds the matches in a well-formed text: a division of the whole text.
  func forEachMatch(in bytes: ArraySlice<UInt8>, _ body: (Range<Int>) -> Void) {
    bytes.withUnsafeBufferPointer { text in
      withUnsafeTemporaryAllocation(of: Int.self, capacity: 256) { ends in
        var position = 0
        while position < text.count {
          for index in 0..<findEnds(in: text, from: position, into: ends) {
            body((bytes.startIndex + position)..<(bytes.startIndex + ends[index]))
            position = ends[index]
          }
        }
      }
    }
  }

  /// All that `forEachMatch` finds.
  func matches(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    forEachMatch(in: bytes) { result.append($0) }
    return result
  }
}
