internal import ArgumentParser
internal import Graft

/// `graft count`
struct CountCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "count",
    abstract: "Count the tokens of texts.",
    discussion: """
      Examples:
        graft count README.md
        graft count -t tokenizer.json --json *.txt
      """)

  @OptionGroup var tokenizer: TokenizerOptions

  @Flag(inversion: .prefixedNo, help: "Count the tokenizer's special tokens too.")
  var specialTokens = false

  @Flag(help: "Print an object per file.")
  var json = false

  @Argument(help: "The inputs; standard input without one.")
  var files: [String] = []

  func run() throws {
    let tokenizer = try tokenizer.load()
    var total = Count()
    for file in files.isEmpty ? ["-"] : files {
      var count = Count()
      try TextInput(file).read { text in
        count.bytes += text.count
        count.tokens += try tokenizer.count(utf8: text, addSpecialTokens: specialTokens)
      } parts: { input in
        var stream = tokenizer.makeEncodeStream(addSpecialTokens: specialTokens)
        while let part = try input.chunk() {
          count.bytes += part.count
          count.tokens += try stream.append(utf8: part).count
        }
        count.tokens += try stream.finish().count
      }
      print(count, of: file)
      total.add(count)
    }
    if files.count > 1 && !json { print(total, of: "total") }
  }

  private struct Count {
    var tokens = 0
    var bytes = 0

    mutating func add(_ other: Count) {
      tokens += other.tokens
      bytes += other.bytes
    }
  }

  private func print(_ count: Count, of name: String) {
    if json {
      Swift.print(
        "{\"file\":\(JSONText.string(name)),\"tokens\":\(count.tokens),\"bytes\":\(count.bytes)}")
    } else if files.isEmpty {
      Swift.print(count.tokens)
    } else {
      Swift.print("\(count.tokens)\t\(name)")
    }
  }
}
