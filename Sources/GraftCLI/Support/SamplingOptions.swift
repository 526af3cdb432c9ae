internal import ArgumentParser
internal import Graft

/// The options that leave the cutting of texts to chance.
struct SamplingOptions: ParsableArguments {
  @Flag(help: "Draw one of all ways to cut the text (unigram models).")
  var sample = false

  @Option(help: "With --sample, how much more probable better ways are.")
  var alpha: Float = 0.1

  @Option(
    help: ArgumentHelp("With --sample, draw one of so many best ways.", valueName: "count"))
  var among: Int?

  @Option(
    help: ArgumentHelp(
      "Leave each merge out with this probability (byte-pair encodings).",
      valueName: "probability"))
  var dropout: Float?

  @Option(help: "Where the random numbers begin; equal seeds give equal tokens.")
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp(
      "Print the best ways to cut the text, each with its score (unigram models).",
      valueName: "count"))
  var nbest: Int?

  func validate() throws {
    if sample, dropout != nil { throw ValidationError("--sample and --dropout exclude each other") }
    if let dropout, !(0...1).contains(dropout) {
      throw ValidationError("a probability lies between 0 and 1")
    }
    if nbest != nil, sample || dropout != nil {
      throw ValidationError("--nbest lists what --sample and --dropout draw from")
    }
  }

  /// What draws the tokens of text after text.
  struct Sampler {
    var sampling: TokenSampling
    var generator: SplitMix64

    mutating func encode(
      _ text: String, _ tokenizer: Tokenizer, addSpecialTokens: Bool
    ) throws -> Encoding {
      try tokenizer.sample(
        text, sampling, addSpecialTokens: addSpecialTokens, using: &generator)
    }
  }

  /// `nil` when nothing is left to chance.
  func sampler() -> Sampler? {
    let sampling: TokenSampling
    if let dropout {
      sampling = .dropout(dropout)
    } else if sample {
      sampling = among.map { .nBest($0, alpha: alpha) } ?? .unigram(alpha: alpha)
    } else {
      return nil
    }
    return Sampler(sampling: sampling, generator: SplitMix64(seed: seed))
  }
}
