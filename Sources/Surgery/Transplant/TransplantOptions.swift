/// What is asked of a transplant.
public struct TransplantOptions: Sendable {
  /// How many rows the new matrices have.
  public enum RowCount: Sendable, Equatable {
    /// As many as the donor's config states, its padding included, or as its tokenizer needs if that
    /// is more.
    case donor
    /// As many as the donor's tokenizer needs, rounded up to a multiple.
    case multiple(of: Int)
    /// Exactly so many.
    case exactly(Int)
  }

  /// How rows are made.
  public enum MethodRequest: Sendable {
    /// By what does best on held-out tokens of the matrix.
    case automatic
    case method(any EmbeddingMethod)
  }

  /// How input rows are made, and those of a matrix that is both input and output.
  public var input: MethodRequest
  /// How output rows are made.
  public var output: MethodRequest
  public var rowCount = RowCount.donor
  /// What the method `hypernet` asks. With it `hypernet` is among the methods that are chosen from.
  public var hypernetwork: HypernetworkSource?
  /// The most shared tokens that a matching pursuit considers, those that resemble the tokens to be made;
  /// all when `nil`. For more of them than a Gram matrix has room for in `memoryBudget`.
  public var anchorLimit: Int?
  /// How many shared tokens are rebuilt for comparison with their real rows.
  public var heldOutCount = 256
  /// Whether a base whose input and output are one matrix gets two, since the two uses of a new token
  /// want different rows.
  public var unties = false
  /// A text on which methods are compared, from which maps are learnt, and to which the logits of new
  /// tokens are calibrated; without it the base writes text itself.
  public var calibrationText: CalibrationText?
  /// A text from which vectors of tokens are learnt that take the place of a donor's rows.
  public var vectorText: VectorText?
  /// The tokens of text, written by the base, from which maps between rows are learnt; 0 for none, and as
  /// many as take a minute or two when `nil`.
  public var learningTokens: Int?
  /// The memory that the process may use, in bytes; pages of mapped files beyond it are given back.
  public var memoryBudget = 8 << 30
  /// Decides which tokens are held out and what the model writes for the comparison of methods.
  public var seed: UInt64 = 0
  /// Whether the new model takes along what is lost of the base, so that `Restoration` can give it back.
  public var isRestorable = false
  /// Whether a GGUF file is written even if its format cannot say everything of the tokenizer.
  public var acceptsLosses = false
  /// Whether something that stands at the destination may be replaced.
  public var replacesExisting = false

  /// - Parameter method: how all rows are made; chosen by held-out tokens when `nil`.
  public init(method: (any EmbeddingMethod)? = nil) {
    input = method.map { .method($0) } ?? .automatic
    output = input
  }
}

/// Is told what is being done and the fraction of it that is done; what it throws ends the work.
public typealias SurgeryProgress = (_ stage: String, _ fraction: Double) throws -> Void
