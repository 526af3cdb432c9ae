internal import ArgumentParser

/// `graft bytes`
struct BytesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bytes",
    abstract: "Probabilities of bytes from models of tokens, exactly.",
    discussion: """
      A prompt that ends inside a word is cut into other tokens than the text that it begins, and a \
      model that reads those goes on badly. The exact way sums over all token sequences that cover the \
      prompt. It works for byte-level BPE and for SentencePiece's BPE with byte fallback.
      """,
    subcommands: [BytesCoverCommand.self, BytesNextCommand.self, BytesScoreCommand.self])
}
