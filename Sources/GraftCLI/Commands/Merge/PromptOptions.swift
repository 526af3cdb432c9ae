internal import ArgumentParser
internal import Graft

/// The options of `graft eval` that say which prompts are measured.
struct PromptOptions: ParsableArguments {
  /// Percentages with commas between.
  struct Percents: ExpressibleByArgument {
    var percents: [Double] = [0, 25, 50, 75, 100]

    init() {}

    init?(argument: String) {
      percents = []
      for text in argument.split(separator: ",", omittingEmptySubsequences: false) {
        guard let percent = Double(text), (0...100).contains(percent) else { return nil }
        percents.append(percent)
      }
    }

    var defaultValueDescription: String {
      percents.map { $0.rounded(to: 0) }.joined(separator: ",")
    }
  }

  @Option(
    help: ArgumentHelp(
      "How far prompts are merged, in percent of the reduction that is possible; at 0 they are not.",
      valueName: "list"))
  var reductions = Percents()

  @Option(help: ArgumentHelp("How much of a part is its prompt.", valueName: "share"))
  var promptShare = 0.5

  func validate() throws {
    if !(promptShare > 0 && promptShare < 1) {
      throw ValidationError("--prompt-share must be between 0 and 1.")
    }
  }
}
