internal import Surgery
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// What rows of merged tokens can be made from: a model, and a donor where the method needs one.
struct RowSources {
  private let base: MatrixView
  private let donor: MatrixView?
  private let hypernetwork: HypernetworkSource?
  private let anchors: [EmbeddingProblem.Anchor]
  /// What the anchors stand for, by donor id.
  private let texts: [TokenID: [UInt8]]
  private let segmentation: TokenSegmentation
  private let donorSegmentation: TokenSegmentation?
  /// Merged tokens are numbered from here on, beyond all ids.
  private let firstTarget: TokenID
  /// The mean of the anchors' rows: what stands for a row when there is nothing to go by.
  let mean: [Float]

  /// - Throws: `ModelError`.
  init(_ model: ModelDirectory, donor: ModelDirectory?, hypernetwork: HypernetworkSource?) throws {
    self.hypernetwork = hypernetwork
    base = model.vocabularyTensors.input.matrix
    self.donor = donor?.vocabularyTensors.input.matrix
    segmentation = TokenSegmentation(model)
    donorSegmentation = donor.map { TokenSegmentation($0) }
    try model.requireFiniteMatrices()
    try donor?.requireFiniteMatrices()
    let spelling = TokenSpelling((donor ?? model).tokenizer, (donor ?? model).vocabulary)
    if let donor {
      anchors = try VocabularyAlignment.anchors(base: model, donor: donor)
    } else {
      let rows = base.rows
      anchors = model.vocabulary.ids.filter { id in
        id < rows && [.normal, .byte].contains(spelling.kind(of: id))
      }.map { (donor: $0, base: $0) }
    }
    texts = Dictionary(
      uniqueKeysWithValues: anchors.compactMap { anchor in
        spelling.text(of: anchor.donor).map { (anchor.donor, $0) }
      })
    firstTarget = TokenID(max((donor ?? model).vocabulary.idBound, self.donor?.rows ?? base.rows))
    mean = MeanRow(base, anchors: anchors).row
  }

  /// The rows that are wanted for some surfaces, in their order.
  func problem(for surfaces: [[UInt8]]) -> EmbeddingProblem {
    var problem = EmbeddingProblem(
      base: base, donor: donor, anchors: anchors, targets: [], texts: texts)
    // The rows are kept where they are bounded.
    problem.hypernetwork = hypernetwork?.withoutPredictions()
    for (index, surface) in surfaces.enumerated() {
      let target = firstTarget + TokenID(index)
      problem.targets.append(target)
      problem.texts[target] = surface
      let pieces = Self.pieces(of: surface, segmentation)
      if !pieces.isEmpty { problem.pieces[target] = pieces }
      if let donorSegmentation {
        let pieces = Self.pieces(of: surface, donorSegmentation)
        // What the donor cannot spell has a row of zeros there, which methods pass over.
        if !pieces.isEmpty { problem.donorPieces[target] = pieces }
      }
    }
    return problem
  }

  /// The tokens that spell a surface. A long one is cut between characters first.
  private static func pieces(
    of surface: [UInt8], _ segmentation: TokenSegmentation
  ) -> [TokenID] {
    var pieces: [TokenID] = []
    var start = 0
    while start < surface.count {
      var end = min(start + TokenSegmentation.lengthLimit, surface.count)
      while end < surface.count, end > start + 1, UTF8.isContinuation(surface[end]) { end -= 1 }
      let part = segmentation.pieces(of: Array(surface[start..<end]))
      guard !part.isEmpty else { return [] }
      pieces += part
      start = end
    }
    return pieces
  }
}

extension VocabularyAlignment {
  /// The tokens that have a row in both models.
  ///
  /// - Throws: `ModelError` when there are none.
  fileprivate static func anchors(
    base: ModelDirectory, donor: ModelDirectory
  ) throws -> [EmbeddingProblem.Anchor] {
    let alignment = VocabularyAlignment(
      base: (base.tokenizer, base.vocabulary, base.specialTokens),
      donor: (donor.tokenizer, donor.vocabulary, donor.specialTokens))
    let (baseRows, donorRows) = (base.vocabularyTensors.rows, donor.vocabularyTensors.rows)
    let anchors = alignment.anchors.filter { $0.base < baseRows && $0.donor < donorRows }
    guard !anchors.isEmpty else { throw MergeError.nothingShared(donor: donor.path) }
    return anchors
  }
}
