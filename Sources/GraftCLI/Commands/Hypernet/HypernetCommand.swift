internal import ArgumentParser

/// `graft hypernet`
struct HypernetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hypernet",
    abstract: "Train and run hypernetworks, which predict a model's rows for new tokens.",
    discussion: """
      A hypernetwork reads a model's embedding rows of the pieces that spell a token and predicts the \
      row that the token would have (zero-shot tokenizer transfer, arXiv:2405.07883). It is trained \
      once for a model and then serves every tokenizer: `graft transplant --hypernet`. Directories have \
      the layout in which ZeTT publishes hypernetworks for PyTorch.
      """,
    subcommands: [HypernetTrainCommand.self, HypernetPredictCommand.self])
}
