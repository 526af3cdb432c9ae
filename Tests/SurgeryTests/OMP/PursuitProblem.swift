import Tensors
import TestSupport

/// A seeded random sparse coding problem of one of several kinds.
struct PursuitProblem: CustomStringConvertible {
  enum Kind: CaseIterable {
    case gaussian, correlated, mixedNorms, rankDeficient, duplicates, zeroAtoms, exactlySparse, tiny
    case full
  }

  let kind: Kind
  let seed: UInt64
  var atoms: [[Float]]
  var targets: [[Float]]
  let sparsity: Int

  var description: String {
    "\(kind) \(seed): \(atoms.count) atoms of \(atoms[0].count), k = \(sparsity)"
  }

  init(_ kind: Kind, seed: UInt64) {
    var random = SeededGenerator(
      seed: seed &* 31 &+ UInt64(Kind.allCases.firstIndex(of: kind) ?? 0))
    let isTiny = kind == .tiny
    let dimension = Int.random(in: isTiny ? 2...3 : 6...20, using: &random)
    let count = Int.random(in: isTiny ? 1...4 : (dimension + 6)...48, using: &random)
    func vector() -> [Float] { (0..<dimension).map { _ in random.normal() } }
    atoms = (0..<count).map { _ in vector() }
    targets = (0..<5).map { _ in vector() }
    var sparsity = Int.random(in: 1...min(dimension, count), using: &random)
    switch kind {
    case .gaussian, .tiny: break
    case .full: sparsity = min(dimension, count)
    case .correlated:
      let common = vector()
      atoms = atoms.map { atom in zip(atom, common).map { 0.3 * $0 + 2 * $1 } }
    case .mixedNorms:
      atoms = atoms.map { atom in
        let scale = Float.random(in: 0.01...100, using: &random)
        return atom.map { $0 * scale }
      }
    case .rankDeficient:
      // The last third of the coordinates of all atoms, but not of the targets, is zero.
      for row in atoms.indices {
        for column in (dimension * 2 / 3)..<dimension { atoms[row][column] = 0 }
      }
    case .duplicates:
      for row in stride(from: 1, to: count, by: 2) { atoms[row] = atoms[row / 2] }
    case .zeroAtoms:
      for row in stride(from: 0, to: count / 2, by: 3) {
        atoms[row] = [Float](repeating: 0, count: dimension)
      }
      sparsity = min(sparsity, count / 2)
      targets[1] = [Float](repeating: 0, count: dimension)
    case .exactlySparse:
      sparsity = min(6, dimension)
      for index in targets.indices {
        var target = [Float](repeating: 0, count: dimension)
        for _ in 0..<min(index, 2) + 1 {
          let atom = atoms[Int.random(in: 0..<count, using: &random)]
          for column in target.indices { target[column] += 2 * atom[column] }
        }
        targets[index] = target
      }
    }
    self.kind = kind
    self.seed = seed
    self.sparsity = sparsity
  }
}
