internal import ArgumentParser
internal import Graft

/// How a hypernetwork is trained.
struct HypernetworkRecipeOptions: ParsableArguments {
  private static let usual = HypernetworkRecipe()

  @Option(help: ArgumentHelp("Steps on text.", valueName: "n"))
  var steps = usual.languageSteps

  @Option(
    help: ArgumentHelp(
      "Steps in which tokens predict their own rows, before all others.", valueName: "n"))
  var identitySteps = usual.identitySteps

  @Option(
    help: ArgumentHelp(
      "Steps in which the rows of tokens are predicted from their pieces, before those on text.",
      valueName: "n"))
  var compositionSteps = usual.compositionSteps

  @Option(
    help: ArgumentHelp(
      """
      The width of the network, a multiple of 64; without it twice the model's (once, where input and \
      output are one matrix) and a little more, but at most 1,024.
      """, valueName: "n"))
  var hidden: Int?

  @Option(
    help: ArgumentHelp(
      "The width inside its feed-forward blocks; without it, twice that.", valueName: "n"))
  var intermediate: Int?

  @Option(help: ArgumentHelp("The number of layers.", valueName: "n"))
  var layers = usual.layerCount

  @Option(help: ArgumentHelp("The most pieces that are read of a token.", valueName: "n"))
  var maxPieces = usual.surfaceLength

  @Option(
    help: ArgumentHelp(
      "The number of tokens of sampled tokenizers; without it, that of the model.", valueName: "n"))
  var vocabSize: Int?

  @Option(help: ArgumentHelp("The optimizer's rate after warming up.", valueName: "rate"))
  var rate = usual.rate

  @Option(help: ArgumentHelp("How many steps warming up takes.", valueName: "n"))
  var warmupSteps = usual.warmupSteps

  @Option(
    help: ArgumentHelp(
      "How many pieces of text the model reads in a step.", valueName: "n"))
  var windows = usual.windowCount

  @Option(help: ArgumentHelp("How long each is, in bytes.", valueName: "n"))
  var windowBytes = usual.windowBytes

  @Option(
    help: ArgumentHelp(
      "How much it counts beside the text that tokens predict their own rows.", valueName: "weight")
  )
  var auxiliary = usual.auxiliaryWeight

  @Option(help: ArgumentHelp("Decides on everything that is drawn.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    help: ArgumentHelp("Steps between reports, and between checkpoints.", valueName: "n"))
  var reportEvery = usual.validationInterval

  func validate() throws {
    for (name, value) in [
      ("--steps", steps), ("--identity-steps", identitySteps),
      ("--composition-steps", compositionSteps), ("--warmup-steps", warmupSteps),
    ] where value < 0 {
      throw ValidationError("\(name) must be at least 0.")
    }
    for (name, value) in [
      ("--layers", layers), ("--max-pieces", maxPieces), ("--windows", windows),
      ("--report-every", reportEvery), ("--vocab-size", vocabSize ?? 1),
      ("--intermediate", intermediate ?? 1),
    ] where value < 1 {
      throw ValidationError("\(name) must be at least 1.")
    }
    if windowBytes < 16 { throw ValidationError("--window-bytes must be at least 16.") }
    if maxPieces > 512 { throw ValidationError("--max-pieces must be at most 512.") }
    if let hidden, hidden < 64 || hidden % 64 != 0 {
      throw ValidationError("--hidden must be a multiple of 64.")
    }
    if !(rate > 0) || !rate.isFinite { throw ValidationError("--rate must be more than 0.") }
    if !(auxiliary >= 0) || !auxiliary.isFinite {
      throw ValidationError("--auxiliary must be at least 0.")
    }
  }

  var recipe: HypernetworkRecipe {
    var recipe = HypernetworkRecipe()
    recipe.languageSteps = steps
    recipe.identitySteps = identitySteps
    recipe.compositionSteps = compositionSteps
    recipe.hiddenSize = hidden
    recipe.intermediateSize = intermediate
    recipe.layerCount = layers
    recipe.surfaceLength = maxPieces
    recipe.vocabularySize = vocabSize
    recipe.rate = rate
    recipe.warmupSteps = warmupSteps
    recipe.windowCount = windows
    recipe.windowBytes = windowBytes
    recipe.auxiliaryWeight = auxiliary
    recipe.seed = seed
    recipe.validationInterval = reportEvery
    return recipe
  }
}
