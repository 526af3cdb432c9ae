internal import ArgumentParser

/// `graft`
@main
struct GraftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graft",
    abstract: "Tokenizers, read and run exactly; vocabularies, operated on.",
    discussion: """
      A tokenizer argument (-t) is a tokenizer.json or a model directory that holds one.
      Exit status: 0 done, 1 the input is bad or a check failed, 64 wrong usage.
      """,
    version: "0.1.0",
    subcommands: [
      EncodeCommand.self, DecodeCommand.self, CountCommand.self, InspectCommand.self,
    ])
}
