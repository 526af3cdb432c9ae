/// Random texts in which everything that tokenizers trip over occurs often.
public struct RandomText {
  private var generator: SeededGenerator

  public init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  /// Where scalars are taken from: each pool is as likely as any other.
  private static let pools: [[Unicode.Scalar]] = [
    scalars(0x61...0x7A), scalars(0x20...0x7E), scalars(0x30...0x39),
    [" ", " ", " ", "\n", "\t", "\r", "\u{A0}", "\u{3000}", "\u{85}", "\u{2028}", "\u{B}"],
    scalars(0xC0...0x17F), scalars(0x300...0x314) + ["\u{327}", "\u{345}", "\u{5B0}", "\u{94D}"],
    scalars(0x391...0x3C9), scalars(0x410...0x44F), scalars(0x5D0...0x5EA),
    scalars(0x621...0x64A), scalars(0x905...0x939), scalars(0xE01...0xE2E),
    scalars(0x1100...0x1112) + scalars(0x1161...0x1175) + scalars(0x11A8...0x11C2),
    scalars(0x4E00...0x4E40), scalars(0x3041...0x3096), scalars(0xAC00...0xAC40),
    scalars(0x1F600...0x1F64F) + ["\u{200D}", "\u{FE0F}", "\u{1F3FD}", "\u{2764}"],
    ["\u{0}", "\u{1}", "\u{7F}", "\u{AD}", "\u{200B}", "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}"],
    ["\u{FB01}", "\u{2460}", "\u{BD}", "\u{2126}", "\u{212A}", "\u{1E9B}", "\u{130}", "\u{DF}"],
    [".", ",", "!", "'", "\"", "_", "-", "<", ">", "|", "\u{2019}", "\u{3002}", "\u{2026}"],
  ]

  private static func scalars(_ range: ClosedRange<UInt32>) -> [Unicode.Scalar] {
    range.compactMap(Unicode.Scalar.init)
  }

  /// A text of at most `length` scalars: runs out of one pool after another.
  public mutating func next(upTo length: Int) -> String {
    var text = String.UnicodeScalarView()
    let count = Int.random(in: 0...length, using: &generator)
    while text.count < count {
      let pool = Self.pools[Int.random(in: 0..<Self.pools.count, using: &generator)]
      for _ in 0..<min(Int.random(in: 1...6, using: &generator), count - text.count) {
        text.append(pool[Int.random(in: 0..<pool.count, using: &generator)])
      }
    }
    return String(text)
  }
}
