internal import LanguageModels
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// The model's own tokens as examples: rows that are known.
struct TrainingTokens: Sendable {
  /// A token and the pieces that its row is to be predicted from.
  struct Example: Sendable {
    let token: TokenID
    let pieces: [TokenID]
  }

  /// The tokens that are learnt from.
  private(set) var known: [TokenID] = []
  /// Those of them that other tokens could spell, with these.
  private(set) var composed: [Example] = []
  /// Tokens that are not learnt from, spelled by others.
  private(set) var heldOut: [Example] = []

  /// One of so many tokens is held out, and at most so many.
  private static let heldOutShare: UInt64 = 20
  private static let mostHeldOut = 512

  init(_ subject: HypernetworkSubject, seed: UInt64) {
    var generator = SplitMix64(seed: seed, purpose: 1, step: 0)
    for (id, text) in subject.texts {
      let pieces = subject.segmentation.pieces(of: text, excluding: id)
      let isHeldOut = generator.next() % Self.heldOutShare == 0
      if isHeldOut, pieces.count > 1, heldOut.count < Self.mostHeldOut {
        heldOut.append(Example(token: id, pieces: pieces))
        continue
      }
      known.append(id)
      if pieces.count > 1 { composed.append(Example(token: id, pieces: pieces)) }
    }
  }

  /// Tokens that predict themselves, drawn for a step.
  func identities(_ recipe: HypernetworkRecipe, step: Int) -> [Example] {
    var generator = SplitMix64(seed: recipe.seed, purpose: 2, step: step)
    return (0..<min(recipe.rowBatch, known.count)).map { _ in
      let token = known[Int.random(in: known.indices, using: &generator)]
      return Example(token: token, pieces: [token])
    }
  }

  /// Tokens that are predicted from others, drawn for a step; one in four predicts itself, lest that be
  /// unlearnt.
  func compositions(_ recipe: HypernetworkRecipe, step: Int) -> [Example] {
    guard !composed.isEmpty else { return identities(recipe, step: step) }
    var generator = SplitMix64(seed: recipe.seed, purpose: 3, step: step)
    return (0..<min(recipe.rowBatch, known.count)).map { place in
      if place % 4 == 0 {
        let token = known[Int.random(in: known.indices, using: &generator)]
        return Example(token: token, pieces: [token])
      }
      let example = composed[Int.random(in: composed.indices, using: &generator)]
      return Example(
        token: example.token, pieces: Array(example.pieces.prefix(recipe.surfaceLength)))
    }
  }
}

extension SourceRows {
  /// The mean of the rows of each surface's pieces: subword mean.
  func means(of surfaces: [[TokenID]]) -> Matrix {
    var result = Matrix(rows: surfaces.count, columns: width)
    let piece = RowBuffer(rows: 1, columns: width)
    for (row, surface) in surfaces.enumerated() {
      result.withMutableRow(row) { sum in
        for id in surface {
          copyRow(Int(id), to: piece.elements)
          for column in sum.indices { sum[column] += piece.elements[column] / Float(surface.count) }
        }
      }
    }
    return result
  }
}
