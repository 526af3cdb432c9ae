internal import ArgumentParser
internal import Graft

/// The options that say how the next token is chosen.
struct GenerationOptions: ParsableArguments {
  @Option(help: "What logits are divided by; at 0 the most probable token is taken.")
  var temperature: Float = 0

  @Option(help: ArgumentHelp("Draw from so many of the most probable tokens.", valueName: "n"))
  var topK: Int?

  @Option(
    help: ArgumentHelp(
      "Leave out tokens less probable than this times the most probable one.", valueName: "share"))
  var minP: Float = 0

  @Option(
    help: ArgumentHelp(
      "What makes tokens less probable that the text has already; 1 does nothing.",
      valueName: "factor"))
  var repetitionPenalty: Float = 1

  @Option(
    help: ArgumentHelp(
      "What is added to the logit of tokens that end the text.", valueName: "logit"))
  var endBias: Float = 0

  @Option(help: "Equal seeds give equal texts.")
  var seed: UInt64 = 0

  func validate() throws {
    if !(temperature >= 0) { throw ValidationError("--temperature must not be negative.") }
    if let topK, topK < 1 { throw ValidationError("--top-k must be at least 1.") }
    if !(0...1).contains(minP) { throw ValidationError("--min-p must be from 0 to 1.") }
    if !(repetitionPenalty > 0) {
      throw ValidationError("--repetition-penalty must be more than 0.")
    }
    if !endBias.isFinite { throw ValidationError("--end-bias must be a number.") }
  }

  var rules: SamplingRules {
    var rules = SamplingRules()
    (rules.temperature, rules.mostProbable, rules.leastProbability) = (temperature, topK, minP)
    (rules.repetitionPenalty, rules.endBias) = (repetitionPenalty, endBias)
    return rules
  }
}
