import Surgery
import Tensors

/// Orthogonal matching pursuit as its definition reads, in double precision: at each step the residual
/// of the least-squares problem over the atoms so far, by orthogonalising them anew.
struct SlowPursuit {
  let atoms: [[Double]]
  let selection: OrthogonalMatchingPursuit.Selection
  let sparsity: Int
  var tolerance = 1e-5
  var excluded: Set<Int> = []

  struct Code {
    var atoms: [Int] = []
    var coefficients: [Double] = []
    var relativeResidual = 0.0
    /// At each step, the score of every atom relative to the best.
    var scores: [[Double]] = []
  }

  func solve(_ target: [Double]) -> Code {
    var code = Code()
    let norm = length(target)
    guard norm > 0 else { return code }
    var residual = target
    var passedOver = excluded
    while code.atoms.count < sparsity, length(residual) > tolerance * norm {
      let scores = atoms.indices.map { index in
        score(index, residual, code.atoms.contains(index) || passedOver.contains(index))
      }
      guard let best = scores.max(), best > 0, let atom = scores.firstIndex(of: best) else { break }
      let unit = scaled(atoms[atom], by: 1 / length(atoms[atom]))
      guard abs(dot(unit, residual)) > 1e-5 * length(residual) else { break }
      let rest = removing(code.atoms.map { atoms[$0] }, from: unit)
      guard dot(rest, rest) > 1e-6 else {
        passedOver.insert(atom)
        continue
      }
      code.atoms.append(atom)
      code.scores.append(scores.map { $0 / best })
      residual = removing(code.atoms.map { atoms[$0] }, from: target)
    }
    code.relativeResidual = length(residual) / norm
    code.coefficients = coefficients(code.atoms.map { atoms[$0] }, target)
    return code
  }

  private func score(_ index: Int, _ residual: [Double], _ isTaken: Bool) -> Double {
    let norm = length(atoms[index])
    guard !isTaken, norm > 1e-15 else { return 0 }
    let product = abs(dot(atoms[index], residual))
    return selection == .mergekit ? product : product / norm
  }

  /// An orthonormal basis of the span of `vectors`, which are independent (Gram-Schmidt, done twice).
  private func basis(_ vectors: [[Double]]) -> [[Double]] {
    var basis: [[Double]] = []
    for vector in vectors {
      let rest = projectedOut(basis, of: projectedOut(basis, of: vector))
      basis.append(scaled(rest, by: 1 / length(rest)))
    }
    return basis
  }

  private func removing(_ vectors: [[Double]], from vector: [Double]) -> [Double] {
    let basis = basis(vectors)
    return projectedOut(basis, of: projectedOut(basis, of: vector))
  }

  private func projectedOut(_ basis: [[Double]], of vector: [Double]) -> [Double] {
    basis.reduce(vector) { rest, unit in
      let product = dot(unit, rest)
      return zip(rest, unit).map { $0 - product * $1 }
    }
  }

  /// The least-squares coefficients, by back substitution in the triangle of the QR decomposition.
  private func coefficients(_ vectors: [[Double]], _ target: [Double]) -> [Double] {
    let basis = basis(vectors)
    var right = basis.map { dot($0, target) }
    for row in vectors.indices.reversed() {
      for column in (row + 1)..<vectors.count {
        right[row] -= dot(basis[row], vectors[column]) * right[column]
      }
      right[row] /= dot(basis[row], vectors[row])
    }
    return right
  }
}

func dot(_ left: [Double], _ right: [Double]) -> Double {
  zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
}

func length(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }

func scaled(_ vector: [Double], by factor: Double) -> [Double] { vector.map { $0 * factor } }
