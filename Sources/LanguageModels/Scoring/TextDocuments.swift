/// What stands between the documents of a text.
public enum DocumentSeparator: String, Sendable, CaseIterable {
  /// Nothing: the text is one document.
  case none
  /// A NUL byte.
  case nul
  /// An empty line. Newlines around a document do not belong to it.
  case blankLine = "blank-line"

  /// The documents of a text; empty ones are left out.
  public func documents(in text: [UInt8]) -> [ArraySlice<UInt8>] {
    let newline = UInt8(ascii: "\n")
    switch self {
    case .none: return text.isEmpty ? [] : [text[...]]
    case .nul: return text.split(separator: 0)
    case .blankLine:
      var documents: [ArraySlice<UInt8>] = []
      var start = 0
      for index in 1..<max(text.count, 1)
      where index > start && text[index] == newline && text[index - 1] == newline {
        documents.append(text[start..<(index - 1)])
        start = index + 1
      }
      documents.append(text[start...])
      return documents.compactMap { document in
        guard let first = document.firstIndex(where: { $0 != newline }),
          let last = document.lastIndex(where: { $0 != newline })
        else { return nil }
        return document[first...last]
      }
    }
  }
}
