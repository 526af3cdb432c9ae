internal import ArgumentParser
internal import Graft

/// The texts that a command looks at.
struct CorpusOptions: ParsableArguments {
  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Texts to go by.", valueName: "file"))
  var corpus: [String] = []

  @Option(help: "How the files hold texts; without it, what their names say.")
  var input: NamedValue<Corpus.Format>?

  /// The corpus; `nil` when there is none.
  var given: Corpus? {
    let isJSON = corpus.allSatisfy { $0.hasSuffix(".jsonl") }
    return corpus.isEmpty
      ? nil : Corpus(files: corpus, format: input?.value ?? (isJSON ? .jsonLines : .lines))
  }
}
