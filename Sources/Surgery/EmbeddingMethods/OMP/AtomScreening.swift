internal import Tensors

/// A choice of atoms where there are too many for a Gram matrix: those that correlate best with the targets.
///
/// The Gram matrix of N atoms takes 2·N² bytes, and without it a pursuit of k atoms computes N·d·k products
/// per target. Few atoms are of use to any one target, though, and they are mostly among those that resemble
/// it: a screen takes what every target would choose first, computed in one product per target, and the
/// pursuit is exact within it. Its codes leave somewhat more of a target than those over all atoms.
struct AtomScreening {
  /// The most atoms that are chosen.
  let limit: Int
  /// How codes will be sought.
  let options: OrthogonalMatchingPursuit.Options

  /// Targets whose correlations are in memory at a time.
  private static let blockSize = 256

  /// Chooses atoms: those that are a target's first choice, then those that are a target's second choice,
  /// and so on; among equals the one that more targets name, then the first.
  ///
  /// - Parameters:
  ///   - count: the number of targets.
  ///   - targets: some of them, targets × d.
  ///   - progress: is told the fraction that is done; what it throws ends the work.
  /// - Throws: `PursuitError` when the options do not fit the dictionary, and what `progress` throws.
  /// - Returns: ascending rows of the dictionary, `limit` of them or all that can be used.
  func choose(
    from dictionary: SparseDictionary, count: Int, targets: (Range<Int>) -> Matrix,
    progress: (_ fraction: Double) throws -> Void
  ) throws -> [Int] {
    let atoms = dictionary.atoms
    var bestRanks = [Int](repeating: .max, count: atoms.rows)
    var nameCounts = [Int](repeating: 0, count: atoms.rows)
    let weights = try dictionary.weights(options)
    let scales = zip(weights, dictionary.inverseNorms()).map { $0 * $1 }
    // As many as a code has; more where there are few targets.
    let nameCount = max(options.sparsity, min(limit, atoms.rows) / max(count, 1))
    for start in stride(from: 0, to: count, by: Self.blockSize) {
      let end = min(start + Self.blockSize, count)
      let products = LinearAlgebra.product(targets(start..<end), atoms, transposingRight: true)
      for named in strongest(nameCount, of: products, scales) {
        for (rank, atom) in named.enumerated() {
          bestRanks[atom] = min(bestRanks[atom], rank)
          nameCounts[atom] += 1
        }
      }
      try progress(Double(end) / Double(count))
    }
    let usable = dictionary.usableAtoms(excluding: [])
    let best = usable.indices.filter { usable[$0] }.sorted {
      (bestRanks[$0], -nameCounts[$0], $0) < (bestRanks[$1], -nameCounts[$1], $1)
    }
    return best.prefix(limit).sorted()
  }

  /// The atoms of each row's largest scores, descending.
  ///
  /// - Parameter scales: what makes products scores; 0 for atoms that cannot be taken.
  private func strongest(
    _ count: Int, of products: Matrix, _ scales: [Float]
  ) -> [[Int]] {
    var result = [[Int]](repeating: [], count: products.rows)
    result.withUnsafeMutableBufferPointer { result in
      // Safe: each piece writes elements of its own.
      nonisolated(unsafe) let result = result
      parallelFor(count: products.rows) { row in
        var strongest = StrongestAtoms(count: count)
        products.withRow(row) { products in
          for atom in products.indices where scales[atom] > 0 {
            strongest.add(atom, score: products[atom].magnitude * scales[atom])
          }
        }
        result[row] = strongest.descending
      }
    }
    return result
  }
}

/// The atoms with the largest scores, out of many that come one after the other.
private struct StrongestAtoms {
  private let count: Int
  private var kept: [(score: Float, atom: Int)] = []
  /// What a further atom must have more of.
  private var threshold: Float = -1

  init(count: Int) { self.count = count }

  mutating func add(_ atom: Int, score: Float) {
    guard score > threshold else { return }
    kept.append((score, atom))
    // Sorting twice as many as are wanted, now and then, costs little per atom.
    if kept.count == 2 * count { prune() }
  }

  /// The best first; the first atom among equals.
  var descending: [Int] {
    var all = self
    all.prune()
    return all.kept.map(\.atom)
  }

  private mutating func prune() {
    kept.sort { ($1.score, $0.atom) < ($0.score, $1.atom) }
    kept.removeLast(max(kept.count - count, 0))
    if kept.count == count { threshold = kept[count - 1].score }
  }
}
