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
    corpus.isEmpty ? nil : Corpus(files: corpus, as: input)
  }
}

extension Corpus {
  /// Files that hold texts as they are said to, or as their names say.
  init(files: [String], as format: NamedValue<Corpus.Format>?) {
    let isJSON = !files.isEmpty && files.allSatisfy { $0.hasSuffix(".jsonl") }
    self.init(files: files, format: format?.value ?? (isJSON ? .jsonLines : .lines))
  }
}
