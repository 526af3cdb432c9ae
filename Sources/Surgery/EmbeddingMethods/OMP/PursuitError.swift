/// A sparse coding problem that has no answer.
public enum PursuitError: Error, Equatable, CustomStringConvertible {
  /// The dictionary has no atoms, or atoms without elements.
  case emptyDictionary
  /// An atom holds an infinity or a NaN.
  case nonFiniteAtom(row: Int)
  /// A target holds an infinity or a NaN.
  case nonFiniteTarget(row: Int)
  /// A target and an atom differ in length.
  case dimensionMismatch(targets: Int, atoms: Int)
  /// The number of atoms per code is less than 1.
  case sparsityBelowOne(Int)
  /// The number of atoms per code is above the dimension, where any further atom is dependent.
  case sparsityAboveDimension(Int, dimension: Int)
  /// The number of atoms per code is above the number of atoms that may be selected.
  case sparsityAboveAtoms(Int, usable: Int)
  /// The tolerance is negative or not a number.
  case invalidTolerance(Float)

  public var description: String {
    switch self {
    case .emptyDictionary: "there are no atoms to build sparse codes from"
    case .nonFiniteAtom(let row):
      "atom \(row) of the dictionary holds an infinity or a NaN; repair or leave out that row"
    case .nonFiniteTarget(let row):
      "target \(row) holds an infinity or a NaN; repair or leave out that row"
    case .dimensionMismatch(let targets, let atoms):
      "the targets have \(targets) dimensions, but the atoms have \(atoms)"
    case .sparsityBelowOne(let sparsity):
      "a sparse code of \(sparsity) atoms was asked for; it must have at least 1"
    case .sparsityAboveDimension(let sparsity, let dimension):
      "a sparse code of \(sparsity) atoms was asked for, but the vectors have \(dimension) "
        + "dimensions; ask for at most that many"
    case .sparsityAboveAtoms(let sparsity, let usable):
      "a sparse code of \(sparsity) atoms was asked for, but only \(usable) atoms can be used; "
        + "ask for at most that many"
    case .invalidTolerance(let tolerance): "the tolerance is \(tolerance); it must be 0 or more"
    }
  }
}
