internal import Tensors

/// The route with a Gram matrix: what it prepares, and how it solves a block of targets.
struct GramRoute: Sendable {
  /// The atoms as unit vectors.
  let units: RoundedUnits
  /// Their products with each other.
  let gram: UnitGram
  /// The reciprocal norm of each atom; 0 for those that cannot be used.
  let inverseNorms: [Float]

  /// Groups of atoms whose products with a block one task computes.
  private static let groupsPerTask = 96

  /// Computes the Gram matrix: N²·d/2 multiplications.
  ///
  /// - Parameter inverseNorms: the reciprocal norm of each atom; 0 for those that cannot be used.
  init(
    _ dictionary: SparseDictionary, inverseNorms: [Float],
    progress: (_ fraction: Double) throws -> Void
  ) rethrows {
    self.inverseNorms = inverseNorms
    units = RoundedUnits(dictionary.atoms, inverseNorms: inverseNorms)
    gram = try UnitGram(units, progress: progress)
  }

  /// The memory that it keeps, in bytes.
  static func byteCount(_ dictionary: SparseDictionary) -> Int {
    UnitGram.byteCount(dictionary.count)
      + RoundedUnits.byteCount(dictionary.count, dimension: dictionary.dimension)
  }

  /// Finds the codes of a block of targets.
  ///
  /// - Parameters:
  ///   - workspaces: what each thread works in.
  ///   - memory: as many elements as the block has targets times the atoms, both rounded up to whole
  ///     groups.
  func solve(
    _ block: TargetBlock, _ rules: PursuitRules, workspaces: Pool<PursuitWorkspace>,
    memory: FloatStorage
  ) -> [SparseCode] {
    let targets = block.roundedUnits(after: units.count)
    let stride = units.groupCount * RoundedUnits.groupSize
    multiply(targets, into: memory, stride: stride)
    var codes = [SparseCode](repeating: .zero, count: block.count)
    codes.withUnsafeMutableBufferPointer { codes in
      // Safe: each piece writes what belongs to its targets.
      nonisolated(unsafe) let codes = codes
      parallelFor(count: block.count, pieceSize: OrthogonalMatchingPursuit.pieceSize) { piece in
        workspaces.withElement { workspace in
          for index in piece where block.norms[index] > 0 {
            let products = memory.elements[(index * stride)..<((index + 1) * stride)]
            var pursuit = GramPursuit(
              rules, self, target: block.unit(index),
              step: targets.steps[index],
              products: UnsafeBufferPointer(UnsafeMutableBufferPointer(rebasing: products)),
              workspace: workspace)
            codes[index] = pursuit.run(norm: block.norms[index])
          }
        }
      }
    }
    return codes
  }

  /// The products of targets with all atoms, one row per target.
  private func multiply(_ targets: RoundedUnits, into memory: FloatStorage, stride: Int) {
    parallelFor(count: units.groupCount, pieceSize: Self.groupsPerTask) { groups in
      targets.multiply(
        0..<targets.groupCount, by: units, groups,
        into: memory.start + groups.lowerBound * RoundedUnits.groupSize, stride: stride)
    }
  }
}
