internal import Normalization

extension UnigramSearch<Float> {
  /// SentencePiece's unigram model (`unigram::Model::EncodeOptimized`).
  init(_ definition: SentencePieceDefinition, _ table: PieceTable) {
    let normal = definition.pieces.filter { $0.kind == .normal }.map(\.score)
    // The reference's maximum starts at C's FLT_MIN, which is the least positive number.
    let maximum = max(normal.max() ?? 0, .leastNormalMagnitude)
    self.init(
      trie: ByteTrie(
        table.texts.entries.lazy.filter { table.kind($0.id) != .unused }
          .map { (text: $0.token, value: $0.id) }),
      // A user-defined piece is to win always.
      scores: ConstantTable(
        definition.pieces.map { piece in
          piece.kind == .userDefined
            ? Float(Double(Float(piece.text.count) * maximum) - 0.1) : piece.score
        }),
      unknownID: table.unknownID,
      unknownScore: (normal.min() ?? .greatestFiniteMagnitude) - Self.unknownPenalty)
  }

  /// The pieces of a normalized text.
  ///
  /// - Parameter score: the score of what stands before the text; that of all afterwards.
  func parts(of text: [UInt8], score: inout Float) -> [PiecePart] {
    var lattice = UnigramLattice<Float>()
    var parts: [PiecePart] = []
    text.withUnsafeBufferPointer {
      forEachPart(of: $0, from: score, &lattice) { parts.append($0) }
    }
    score = lattice.score
    return parts
  }
}
