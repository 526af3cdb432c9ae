internal import ArgumentParser
internal import Graft

/// `graft`
@main
struct GraftCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graft",
    abstract: "Tokenizers, read and run exactly; vocabularies, operated on.",
    discussion: """
      A tokenizer argument (-t) is a tokenizer file of any format, a directory that holds one, the \
      name of a vocabulary that ships with graft, or a Hub id in the local Hugging Face cache.
      Exit status: 0 done, 1 the input is bad or a check failed, 64 wrong usage.
      """,
    version: graftVersion,
    groupedSubcommands: [
      CommandGroup(
        name: "Tokenizers",
        subcommands: [
          EncodeCommand.self, DecodeCommand.self, CountCommand.self, InspectCommand.self,
          CompareCommand.self, SplitCommand.self, MergeCommand.self, ConvertCommand.self,
          TrainCommand.self,
        ]),
      CommandGroup(
        name: "Models",
        subcommands: [
          TransplantCommand.self, ExtendCommand.self, PruneCommand.self, RestoreCommand.self,
          VerifyCommand.self, EvalCommand.self, BytesCommand.self, VocabCommand.self,
          HypernetCommand.self, GenerateCommand.self,
        ]),
    ])
}
