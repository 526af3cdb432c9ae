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
  public var method: any EmbeddingMethod
  public var rowCount = RowCount.donor
  /// How many shared tokens are rebuilt for comparison with their real rows.
  public var heldOutCount = 256
  /// Whether something that stands at the destination may be replaced.
  public var replacesExisting = false

  public init(method: any EmbeddingMethod) { self.method = method }
}

/// Is told what is being done and the fraction of it that is done; what it throws ends the work.
public typealias SurgeryProgress = (_ stage: String, _ fraction: Double) throws -> Void
