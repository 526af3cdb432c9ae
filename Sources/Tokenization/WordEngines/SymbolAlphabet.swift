internal import Normalization

/// The symbols that characters begin as when pieces are merged.
struct SymbolAlphabet: Sendable {
  /// Symbols by code point, in pages of 256, of which only those that are needed exist.
  private let pages: ConstantTable<UInt16>
  private let symbols: ConstantTable<TokenID>

  /// A character without a symbol.
  static let unknown = TokenID.max - 1

  init(_ characters: [UInt32: TokenID]) {
    var pages = [UInt16](repeating: 0, count: 0x1100)
    // Page 0 knows no character.
    var symbols = [TokenID](repeating: Self.unknown, count: 256)
    for (scalar, symbol) in characters.sorted(by: { $0.key < $1.key }) where scalar < 0x11_0000 {
      let page = Int(scalar >> 8)
      if pages[page] == 0 {
        pages[page] = UInt16(symbols.count / 256)
        symbols += [TokenID](repeating: Self.unknown, count: 256)
      }
      symbols[Int(pages[page]) * 256 + Int(scalar & 0xFF)] = symbol
    }
    self.pages = ConstantTable(pages)
    self.symbols = ConstantTable(symbols)
  }

  /// The symbol of a character and its length; `text` is well-formed UTF-8.
  @inline(__always)
  func symbol(
    _ text: UnsafeBufferPointer<UInt8>, _ position: Int
  ) -> (symbol: TokenID, length: Int) {
    let lead = text[position]
    let length = min(UTF8.sequenceLength(lead: lead), text.count - position)
    var scalar = UInt32(lead)
    if length > 1 {
      scalar &= 0x7F >> UInt32(length)
      for offset in 1..<length { scalar = scalar << 6 | UInt32(text[position + offset] & 0x3F) }
    }
    guard scalar < 0x11_0000 else { return (Self.unknown, length) }
    return (symbols[Int(pages[Int(scalar >> 8)]) * 256 + Int(scalar & 0xFF)], length)
  }

  /// The code point of a string that is one character; `nil` for any other.
  static func character(_ text: some Collection<UInt8>) -> UInt32? {
    guard let lead = text.first, text.count == UTF8.sequenceLength(lead: lead) else { return nil }
    var scalars = UTF8Scalars(Array(text))
    return scalars.next()?.scalar.value
  }
}
