extension OrthogonalMatchingPursuit {
  /// Which atom a step prefers.
  public enum Selection: Sendable {
    /// The atom whose unit vector has the largest |⟨a/‖a‖, r⟩|: the textbook rule, which takes the atom
    /// that explains most of the residual by itself.
    case normalized
    /// The atom with the largest |⟨a, r⟩| as it is, which favours long atoms: the rule of
    /// mergekit-tokensurgeon.
    case mergekit
  }

  /// How sparse codes are sought.
  public struct Options: Sendable {
    /// The number of atoms in a code, k; fewer where the residual ends a pursuit before.
    public var sparsity: Int
    /// Which atom a step prefers.
    public var selection: Selection
    /// The relative residual ‖r‖/‖y‖ at which a pursuit ends.
    ///
    /// The default, 10⁻⁵, is where a row of `Float`s is rebuilt as well as rounded coefficients allow
    /// with some tens of atoms; further atoms would fit rounding errors. It counts for both rules of
    /// selection: mergekit takes k atoms in any case, and differs from this where the residual has
    /// become numerically zero.
    public var tolerance: Float
    /// The working memory that may be used, in bytes, beside the dictionary, the targets and the codes.
    /// It decides on the route and on the size of blocks, not on results.
    public var memoryBudget: Int

    public init(
      sparsity: Int, selection: Selection = .normalized, tolerance: Float = 1e-5,
      memoryBudget: Int = 4 << 30
    ) {
      self.sparsity = sparsity
      self.selection = selection
      self.tolerance = tolerance
      self.memoryBudget = memoryBudget
    }

    /// - Throws: `PursuitError` when no vectors of this length have such codes.
    func check(dimension: Int) throws(PursuitError) {
      guard sparsity >= 1 else { throw .sparsityBelowOne(sparsity) }
      guard sparsity <= dimension else {
        throw .sparsityAboveDimension(sparsity, dimension: dimension)
      }
      guard tolerance >= 0 else { throw .invalidTolerance(tolerance) }
    }
  }

  /// The two ways to the correlations of all atoms with a residual.
  public enum Route: Sendable {
    /// From the Gram matrix of the atoms: 2·N² bytes of memory once, about N·k²/2 multiplications and
    /// additions of 16-bit integers per target.
    case gram
    /// By a product of all atoms with the residuals: no memory beyond a block of targets, N·d·k
    /// multiplications and additions per target.
    case residual
  }
}
