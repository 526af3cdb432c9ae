/// A piece that stands at a position of a word: an edge of the lattice of its segmentations.
struct PieceEdge {
  /// The piece in the upper 24 bits, its length in characters in the lower 8.
  let bits: UInt32

  static let maximumPieces = 1 << 24 - 1 << 16
  static let maximumLength = 255

  init(piece: Int, length: Int) { bits = UInt32(piece) << 8 | UInt32(length) }

  var piece: Int { Int(bits >> 8) }
  var length: Int { Int(bits & 0xFF) }
}
