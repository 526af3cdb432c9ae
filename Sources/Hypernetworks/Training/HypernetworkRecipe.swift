/// How a hypernetwork is trained.
public struct HypernetworkRecipe: Sendable, Equatable {
  /// The width of the network; as wide as what it reads, two more dimensions, and rounded up to a
  /// multiple of 64, but at most 1,024, when `nil`.
  public var hiddenSize: Int?
  /// The width inside its feed-forward blocks; twice that of the network when `nil`.
  public var intermediateSize: Int?
  /// The number of transformer layers.
  public var layerCount = 1
  /// The most pieces that are read of a token.
  public var surfaceLength = 7
  /// Steps in which tokens that are one piece predict their own rows.
  public var identitySteps = 40
  /// Steps in which the rows of tokens are predicted from the pieces that would spell them if they were
  /// not in the vocabulary.
  public var compositionSteps = 40
  /// Steps in which the language model reads text cut by a sampled tokenizer, with predicted rows.
  public var languageSteps = 100
  /// The tokens of one step that predict their own row, or that of which the pieces are known.
  public var rowBatch = 768
  /// The number of tokens of a sampled tokenizer; as many as the model has when `nil`.
  public var vocabularySize: Int?
  /// The text of one step that the language model reads: so many pieces of about so many bytes.
  public var windowCount = 16
  public var windowBytes = 640
  /// How much own rows count beside the text.
  public var auxiliaryWeight: Float = 0.5
  /// The rate of the optimizer after warming up; it falls to nothing along half a cosine.
  public var rate: Float = 6e-4
  /// The steps of warming up.
  public var warmupSteps = 20
  public var weightDecay: Float = 0.01
  /// The norm to which gradients are shortened.
  public var largestGradient: Float = 1
  /// Decides on everything that is drawn.
  public var seed: UInt64 = 0
  /// The steps between looks at what is held out, and between checkpoints.
  public var validationInterval = 50

  public init() {}

  /// All steps.
  public var steps: Int { identitySteps + compositionSteps + languageSteps }

  /// What a step is for.
  enum Stage: String { case identity, composition, language }

  /// The stage of a step, counted from 0.
  func stage(_ step: Int) -> Stage {
    step < identitySteps
      ? .identity : step < identitySteps + compositionSteps ? .composition : .language
  }

  /// The config of the network for a model.
  func config(embeddingSize: Int, vocabularySize: Int, padToken: Int, hasSeparateOutput: Bool)
    -> HypernetworkConfig
  {
    let source = hasSeparateOutput ? 2 * embeddingSize : embeddingSize
    let hidden = hiddenSize ?? min((source + 2 + 63) / 64 * 64, 1024)
    return HypernetworkConfig(
      embeddingSize: embeddingSize, hiddenSize: hidden,
      intermediateSize: intermediateSize ?? 2 * hidden, layerCount: layerCount,
      surfaceLength: surfaceLength, originalVocabularySize: vocabularySize, padToken: padToken,
      hasSeparateOutput: hasSeparateOutput)
  }

  /// Everything that decides on the result, for comparison.
  var identity: String { "\(self)" }
}
