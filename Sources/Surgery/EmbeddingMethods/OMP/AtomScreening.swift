internal import Tensors
internal import VectorSearch

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

  /// The atoms of each row's largest scores above 0, descending. A target of zeros has none.
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
        var strongest = NearestNeighbors(limit: count)
        products.withRow(row) { products in
          for atom in products.indices {
            let score = products[atom].magnitude * scales[atom]
            if score > 0 { strongest.offer(atom, score) }
          }
        }
        result[row] = strongest.sorted().map(\.row)
      }
    }
    return result
  }
}
