internal import ArgumentParser

/// `graft vocab`
struct VocabCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vocab",
    abstract: "Look into vocabularies and their rows.",
    subcommands: [
      VocabNearestCommand.self, VocabGrowCommand.self, VocabIndexCommand.self,
      VocabRecallCommand.self,
    ])
}
