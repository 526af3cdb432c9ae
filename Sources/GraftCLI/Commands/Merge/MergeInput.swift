internal import ArgumentParser
internal import Graft

/// The texts that `graft merge` reads, one after another, however many there are.
struct MergeInput {
  /// How a file holds texts.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case lines, jsonl, text, nul
    case blankLine = "blank-line"
  }

  /// A text, or why there is none in its place.
  enum Entry {
    case text(String, language: String?)
    case failure(String)
  }

  /// - Parameters:
  ///   - files: standard input without one.
  ///   - format: what the name of a file says when it is `nil`.
  let files: [String]
  let format: Format?

  /// Calls `body` with every text.
  func forEachEntry(_ body: (Entry) throws -> Void) throws {
    for file in files.isEmpty ? ["-"] : files {
      let input = try LineReader(file)
      let source = file == "-" ? "standard input" : file
      let language = files.count > 1 ? Self.stem(of: file) : nil
      let format = format ?? (file.hasSuffix(".jsonl") ? .jsonl : .lines)
      switch format {
      case .lines: while let line = try input.next() { try body(entry(line, language)) }
      case .jsonl:
        var number = 0
        while let line = try input.next() {
          number += 1
          try body(object(line, "\(source), line \(number)", language))
        }
      case .text: try body(entry(input.rest(), language))
      case .nul, .blankLine:
        let separator = DocumentSeparator(rawValue: format.rawValue) ?? .none
        for text in separator.documents(in: try input.rest()) {
          try body(entry(Array(text), language))
        }
      }
    }
  }

  private func entry(_ text: [UInt8], _ language: String?) -> Entry {
    do {
      return .text(try String(validUTF8: text), language: language)
    } catch {
      return .failure("\(error)")
    }
  }

  /// An object with `text` and perhaps `language` or `lang`.
  private func object(_ line: [UInt8], _ source: String, _ language: String?) -> Entry {
    do {
      let object = try JSON(parsing: line, source: source)
      let text = try object.string("text")
      let stated = try object.optionalString("language") ?? object.optionalString("lang")
      return .text(text, language: stated ?? language)
    } catch {
      return .failure("\(error)")
    }
  }

  /// The name of a file without its directory and its last ending.
  private static func stem(of path: String) -> String {
    let name = FileSystem.lastComponent(path)
    guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return name }
    return String(name[..<dot])
  }
}
