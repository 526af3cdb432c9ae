/// A part of a text that a model has cut off: its token and how many of its bytes it covers.
struct PiecePart: Equatable, BitwiseCopyable {
  var id: TokenID
  var length: Int
}
