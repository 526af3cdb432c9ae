internal import ArgumentParser
internal import Graft

/// `graft transplant`
struct TransplantCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transplant",
    abstract: "Give a model another model's tokenizer, without training.",
    discussion: """
      Writes a model directory with the body of BASE and the tokenizer of DONOR. Rows of tokens that \
      both have are kept bit for bit; the others are made by the method that does best on shared \
      tokens that are held out, for input and output rows by themselves, or by the one that is asked \
      for. A hypernetwork (--hypernet) is one more method, hypernet, which auto considers too. The new \
      directory appears complete or not at all; its graft.json says where every row came from. With \
      --tokenizer there is no donor model, and OUT comes second. A model can be a GGUF file \
      (embeddings in F32, F16, BF16 or Q8_0); a base that is one makes one of OUT.

      The new model has the ids and the padded size of the donor, so that the two can draft for each \
      other: `graft verify OUT --same-ids DONOR`.

      Methods: fvt, weighted, first, last (from the base's rows of a token's pieces); omp-8, omp-r8, \
      omp-c8, ridge-omp-8 (orthogonal matching pursuit with 8 shared tokens: plain, mergekit's \
      selection, centred, after a ridge map); ridge, procrustes, relative (maps from the donor's \
      space); analogy; knn-8, focus, clp (similar shared tokens); ngram (bytes of the token); hypernet; \
      mean, zero, normal. Joined by + they are averaged.

      Examples:
        graft transplant llama-3.2-1b/ qwen2.5-0.5b/ llama-with-qwen-tokens/
        graft transplant base/ donor/ out/ --method last+omp-c8 --output-method ridge-omp-8+analogy
        graft transplant base/ out/ --tokenizer my-tokenizer.json
        graft transplant base/ out/ --tokenizer my-tokenizer.json --vectors-from corpus.txt
        graft transplant base/ out/ --tokenizer tok.json --hypernet zett-base/ --method hypernet
        graft transplant base.gguf donor/ out.gguf
        graft transplant base/ donor/ out/ -k 16 --pad-to 64 --dry-run
      """)

  enum Selection: String, ExpressibleByArgument, CaseIterable {
    case normalized, mergekit
  }

  @Argument(help: "The model directory that gives the body.")
  var base: String

  @Argument(
    help: ArgumentHelp(
      "The model directory that gives the tokenizer, and the one to be made.",
      valueName: "donor> <out"))
  var others: [String]

  @Option(
    help: ArgumentHelp(
      "A tokenizer in any format, instead of a donor model.", valueName: "tokenizer"))
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "What the tokenizer's format does not carry, as JSON.", valueName: "file"))
  var spec: String?

  @Option(help: "How rows are made: auto, or a method.")
  var method: String?

  @Option(help: ArgumentHelp("How input rows are made.", valueName: "method"))
  var inputMethod: String?

  @Option(help: ArgumentHelp("How output rows are made.", valueName: "method"))
  var outputMethod: String?

  @Flag(
    help: """
      Give a base whose input and output are one matrix two of them: the two uses of a new token want \
      different rows.
      """)
  var untie = false

  @Option(
    name: [.customShort("k"), .customLong("k")],
    help: """
      The number of shared tokens that a rebuilt row is made of; chooses orthogonal matching pursuit.
      """)
  var sparsity: Int?

  @Option(
    help: """
      How those tokens are chosen: by the angle to what is left to explain (normalized), or by the \
      dot product as mergekit-tokensurgeon does (mergekit). Goes with -k.
      """)
  var selection: Selection?

  @Option(
    name: .customLong("anchors"),
    help: ArgumentHelp(
      """
      Let matching pursuits consider this many shared tokens at most, those most like the new ones: \
      quick where all of them are too many for their products to be kept in memory (2 bytes for every \
      pair).
      """, valueName: "n"))
  var anchorLimit: Int?

  @Option(
    help: ArgumentHelp(
      """
      A text in UTF-8 like those that the model is meant for: methods are compared on it, maps learnt \
      from it, and the logits of new tokens brought to their frequencies in it. Without it the base \
      writes text itself.
      """, valueName: "text"))
  var calibrate: String?

  @Option(
    help: ArgumentHelp(
      """
      A text in UTF-8 from which vectors of the new vocabulary's tokens are learnt; they stand for a \
      donor's rows, as in FOCUS, so that with --tokenizer its methods can be used too. May be given \
      several times.
      """, valueName: "text"))
  var vectorsFrom: [String] = []

  @Option(
    help: ArgumentHelp(
      """
      How many tokens of text, which the base writes itself, maps between rows are learnt from by auto; \
      0 for none. Without it as many as take a minute or two.
      """, valueName: "n"))
  var learningTokens: Int?

  @Option(
    help: ArgumentHelp("Decides which tokens are held out for comparison.", valueName: "n"))
  var seed: UInt64 = 0

  @Option(
    name: .customLong("held-out"),
    help: ArgumentHelp(
      "How many shared tokens to rebuild for comparison with their real rows.", valueName: "n"))
  var heldOutCount = 256

  @Option(help: ArgumentHelp("The memory to stay within.", valueName: "size"))
  var memory = ByteSize(bytes: 8 << 30)

  @Option(
    name: .customLong("vocab-size"),
    help: ArgumentHelp(
      "Make exactly this many rows; without this they are as many as the donor's, padding included.",
      valueName: "n"))
  var vocabularySize: Int?

  @Flag(help: "Write a GGUF file even if it cannot say everything about the tokenizer.")
  var lossy = false

  @OptionGroup var hypernetwork: HypernetworkOptions
  @OptionGroup var output: ModelOutputOptions

  func validate() throws {
    if let learningTokens, learningTokens < 0 {
      throw ValidationError("--learning-tokens must be at least 0.")
    }
    if heldOutCount < 0 { throw ValidationError("--held-out must be at least 0.") }
    if others.count != (tokenizer == nil ? 2 : 1) {
      throw ValidationError(
        tokenizer == nil
          ? "BASE, DONOR and OUT are needed." : "With --tokenizer, only BASE and OUT are given.")
    }
    if (sparsity != nil || selection != nil) && (method ?? inputMethod ?? outputMethod) != nil {
      throw ValidationError("-k and --selection choose a method and go with no other.")
    }
    if spec != nil && tokenizer == nil { throw ValidationError("--spec goes with --tokenizer.") }
    if let sparsity, sparsity < 1 {
      throw ValidationError("-k must be at least 1.")
    }
    if let anchorLimit, anchorLimit < 1 { throw ValidationError("--anchors must be at least 1.") }
    if output.padTo != nil && vocabularySize != nil {
      throw ValidationError("--pad-to and --vocab-size exclude each other.")
    }
  }

  func run() throws {
    try output.write(out) { _ in
      let model = try ModelDirectory(base)
      var options = try options()
      options.hypernetwork = try hypernetwork.source(reading: model)
      return try Transplant(
        base: hypernetwork.fineTuned() ?? model, target: target(), options: options)
    }
  }

  private var out: String { others.last ?? "" }

  private func target() throws -> TransplantTarget {
    guard let tokenizer else { return TransplantTarget(model: try ModelDirectory(others[0])) }
    let spec = try spec.map { try TokenizerSpec(contentsOf: $0) } ?? TokenizerSpec()
    return try TransplantTarget(tokenizer: TokenizerLocation.find(tokenizer), spec: spec)
  }

  private func options() throws -> TransplantOptions {
    var options = TransplantOptions()
    options.input = try request(inputMethod ?? method)
    options.output = try request(outputMethod ?? method)
    if sparsity != nil || selection != nil {
      options = TransplantOptions(
        method: SparseTransplant(
          .init(
            sparsity: sparsity ?? 8, selection: selection == .mergekit ? .mergekit : .normalized,
            memoryBudget: memory.bytes)))
    }
    options.anchorLimit = anchorLimit
    options.unties = untie
    if let calibrate {
      options.calibrationText = CalibrationText(try FileSystem.read(calibrate))
    }
    if !vectorsFrom.isEmpty { options.vectorText = VectorText(paths: vectorsFrom) }
    options.learningTokens = learningTokens
    options.seed = seed
    options.acceptsLosses = lossy
    options.heldOutCount = heldOutCount
    options.memoryBudget = memory.bytes
    if let vocabularySize { options.rowCount = .exactly(vocabularySize) }
    return output.options(options)
  }

  private func request(_ name: String?) throws -> TransplantOptions.MethodRequest {
    guard let name, name != "auto" else { return .automatic }
    return .method(try MethodNotation.method(name, memoryBudget: memory.bytes))
  }
}
