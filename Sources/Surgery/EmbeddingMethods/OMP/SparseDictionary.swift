public import Tensors

/// The atoms from which sparse codes are built: the rows of an N × d matrix.
///
/// In a transplant, row i is the donor model's embedding of the i-th token that both vocabularies have.
public struct SparseDictionary: Sendable {
  /// The atoms as they were given, N × d.
  public let atoms: Matrix
  /// The Euclidean norm of each atom.
  public let norms: [Double]
  /// The lowest row that holds the same bits as each row.
  let firstOccurrences: [Int32]

  /// An atom whose norm is outside is never selected, since its products leave the range of `Float`.
  /// Rows of zeros, which unused tokens have in many models, are the common case.
  static let usableNorms = 1e-15...1e15

  /// - Throws: `PursuitError` when there are no atoms, or when one is not finite.
  public init(_ atoms: Matrix) throws(PursuitError) {
    guard atoms.rows > 0 && atoms.columns > 0 else { throw .emptyDictionary }
    if let row = atoms.view.firstNonFiniteRow { throw .nonFiniteAtom(row: row) }
    self.atoms = atoms
    norms = atoms.view.rowNorms
    firstOccurrences = DuplicateRows.firstOccurrences(in: atoms)
  }

  /// The number of atoms, N.
  public var count: Int { atoms.rows }
  /// The length of an atom, d.
  public var dimension: Int { atoms.columns }

  /// The reciprocal norm of each atom; 0 for the atoms that cannot be used.
  func inverseNorms() -> [Float] {
    norms.map { Self.usableNorms.contains($0) ? Float(1 / $0) : 0 }
  }

  /// The atoms that may be selected: those of usable norm that are not in `excluded`.
  func usableAtoms(excluding excluded: Set<Int>) -> [Bool] {
    norms.indices.map { Self.usableNorms.contains(norms[$0]) && !excluded.contains($0) }
  }

  /// What selection multiplies correlations with unit atoms by; 0 for atoms that must not be selected.
  ///
  /// - Throws: `PursuitError` when fewer atoms than a code has can be selected.
  func weights(
    _ options: OrthogonalMatchingPursuit.Options, excluding excluded: Set<Int> = []
  ) throws(PursuitError) -> [Float] {
    let usable = usableAtoms(excluding: excluded)
    let count = usable.count { $0 }
    guard options.sparsity <= count else {
      throw .sparsityAboveAtoms(options.sparsity, usable: count)
    }
    // Of atoms with the same bits only the first can ever be taken: the others are dependent on it.
    var seen: Set<Int32> = []
    return usable.indices.map { atom in
      guard usable[atom], seen.insert(firstOccurrences[atom]).inserted else { return 0 }
      return options.selection == .mergekit ? Float(norms[atom]) : 1
    }
  }
}
