internal import ArgumentParser
internal import Graft

/// `graft bytes cover`
struct BytesCoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cover",
    abstract: "List the token sequences that cover a prompt.",
    discussion: """
      The last token of each reaches or passes the end of the prompt. What it has beyond is shown after \
      a bar. Tokens that all sequences begin with are left out.

      Examples:
        graft bytes cover -t model/ 'def foo(ba'
        graft bytes cover -t tokenizer.json --json "don'"
      """)

  @OptionGroup var tokenizer: TokenizerOptions

  @Option(
    help: """
      canonical: sequences that the tokenizer makes of some text. all: every sequence that spells the \
      prompt; exponentially many, so for short prompts only.
      """)
  var mode = NamedValue(CoveringRules.Mode.canonical)

  @Option(help: ArgumentHelp("How many are listed as text.", valueName: "count"))
  var limit = 40

  @Flag(help: "Print one object with all of them.")
  var json = false

  @Argument(help: "The prompt; standard input without one.")
  var prompt: String?

  func run() throws {
    let tokenizer = try tokenizer.load()
    let prompt = try prompt.map { Array($0.utf8) } ?? LineReader(nil).rest()
    var tree = try CoveringTree(CoveringRules(tokenizer, mode: mode.value))
    try tree.append(prompt)
    let covers = tree.covers()
    let certain = tree.certainTokens
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    if json {
      print(object(prompt, covers, certain, tokenizer))
      return
    }
    let style = TerminalStyle.standardOutput
    print(style.dim("\(covers.count) covers; certain: \(text(certain, spelling))"))
    for cover in covers.prefix(limit) {
      let tokens = Array(cover.tokens.dropFirst(certain.count))
      let overshoot =
        cover.overshoot.isEmpty ? "" : " | " + VisibleText.of(cover.overshoot)
      print(text(tokens, spelling) + overshoot)
    }
    if covers.count > limit { print(style.dim("… and \(covers.count - limit) more")) }
  }

  private func text(_ ids: [TokenID], _ spelling: TokenSpelling) -> String {
    ids.map { "[\(VisibleText.of(spelling.text(of: $0) ?? []))]" }.joined()
  }

  private func object(
    _ prompt: [UInt8], _ covers: [CoveringTree.Cover], _ certain: [TokenID], _ tokenizer: Tokenizer
  ) -> String {
    let list = covers.map { cover in
      "{\"ids\":\(JSONText.list(cover.tokens.map(String.init))),\"overshoot\":"
        + "\(JSONText.list(cover.overshoot.map { String($0) }))}"
    }
    return "{\"mode\":\"\(mode.value.rawValue)\",\"bytes\":\(prompt.count),\"certain\":"
      + "\(JSONText.list(certain.map(String.init))),\"covers\":\(JSONText.list(list))}"
  }
}
