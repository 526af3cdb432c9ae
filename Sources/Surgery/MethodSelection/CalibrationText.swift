/// A user's text as the comparison of methods, the learning of maps and the calibration read it: pieces of
/// moderate length from all over it.
public struct CalibrationText: Sendable {
  /// The pieces, in the order of the text.
  public let texts: [String]

  /// The pieces that results are judged by.
  var judged: [String] { texts.enumerated().filter { $0.offset % 3 == 0 }.map(\.element) }
  /// The others, which maps are learnt from.
  var learnt: [String] { texts.enumerated().filter { $0.offset % 3 != 0 }.map(\.element) }

  /// The length that pieces are cut at, and that of all pieces together, in bytes.
  private static let pieceSize = 1200
  private static let largestSize = 480_000

  /// - Parameter text: UTF-8; what is not becomes U+FFFD. A NUL byte ends a document.
  public init(_ text: [UInt8]) {
    let pieces = text.split(separator: 0).flatMap(Self.pieces)
    let most = max(Self.largestSize / Self.pieceSize, 1)
    let step = max(Double(pieces.count) / Double(most), 1)
    let places = (0..<pieces.count).filter { place in
      place == 0 || Int(Double(place) / step) != Int(Double(place - 1) / step)
    }
    texts = places.map { String(decoding: pieces[$0], as: UTF8.self) }
  }

  /// Pieces of a document that end before white space, so that no word is cut, or at least with a
  /// character.
  private static func pieces(of document: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var result: [ArraySlice<UInt8>] = []
    var rest = document
    while rest.count > pieceSize {
      let limit = rest.startIndex + pieceSize
      let space = rest[..<limit].lastIndex { $0 == 0x20 || $0 == 0x0A }
      var end = space.map { $0 > rest.startIndex ? $0 : limit } ?? limit
      while end > rest.startIndex + 1, UTF8.isContinuation(rest[end]) { end -= 1 }
      result.append(rest[..<end])
      rest = rest[end...]
    }
    if !rest.isEmpty { result.append(rest) }
    return result
  }
}
