import TestSupport
import Testing

@testable import Normalization

/// SentencePiece's compiled character maps: look-up, and refusal of what is not sound.
@Suite struct CharacterMapTests {
  /// A trie with the single characters `a` → `x`, `b` → nothing, and `c` → `yz`.
  private static let units: [UInt32] = {
    // Every node's children stand at the node's base with the byte's bits flipped.
    var units = [UInt32](repeating: 1 << 31, count: 1024)
    units[0] = 512 << 10
    for (byte, (base, value)) in [(0x61, (256, 0)), (0x62, (257, 2)), (0x63, (258, 3))] {
      let node = 512 ^ byte
      units[node] = UInt32(base ^ node) << 10 | 1 << 8 | UInt32(byte)
      units[base] = 1 << 31 | UInt32(value)
    }
    return units
  }()
  private static let replacements = Array("x\0\0yz\0".utf8)

  private func bytes(_ units: [UInt32], _ replacements: [UInt8] = replacements) -> [UInt8] {
    let numbers = [UInt32(units.count * 4)] + units
    return numbers.flatMap { number in (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
      + replacements
  }

  private func normalized(_ text: String) throws -> (text: String, origins: [Range<Int>]) {
    var aligned = AlignedText(text.utf8)
    aligned.replace(by: try CharacterMap(bytes(Self.units)))
    let origins = aligned.bytes.indices.map { aligned.originalRange(of: $0..<($0 + 1)) }
    return (String(decoding: aligned.bytes, as: UTF8.self), origins)
  }

  @Test("Characters are replaced and keep their places")
  func replaces() throws {
    let (text, origins) = try normalized("dabcd")
    #expect(text == "dxyzd")
    #expect(origins == [0..<1, 1..<2, 3..<4, 3..<4, 4..<5])
    #expect(try normalized("dd").text == "dd")
  }

  /// The reference looks a short cluster up as a whole and takes what it begins with for all of it.
  @Test("A short cluster is replaced by what stands for its beginning")
  func replacesClusters() throws {
    #expect(try normalized("a\u{301}").text == "x")
    #expect(try normalized("a\u{301}\u{301}\u{301}").text == "x\u{301}\u{301}\u{301}")
  }

  @Test("A map that is cut short or has a broken header is refused")
  func refusesDamage() {
    let whole = bytes(Self.units)
    for length in [0, 3, 4, 100, whole.count - Self.replacements.count - 1] {
      #expect(throws: NormalizationError.self) { try CharacterMap(Array(whole[..<length])) }
    }
    #expect(throws: NormalizationError.self) { try CharacterMap([2, 0, 0, 0, 1, 2, 3]) }
    #expect(throws: NormalizationError.self) { try CharacterMap([0xFF, 0xFF, 0xFF, 0xFF, 0, 0]) }
    #expect(throws: NormalizationError.self) { try CharacterMap(bytes(Self.units, [0xC3])) }
    // The last value points behind the replacements.
    #expect(throws: NormalizationError.self) { try CharacterMap(bytes(Self.units, [0x78, 0])) }
  }

  @Test("A trie with a cycle is refused")
  func refusesCycles() {
    // Node 0x61 has itself for a child.
    var units = Self.units
    units[512 ^ 0x61] = UInt32(0x61) << 10 | 0x61
    #expect(throws: NormalizationError.self) { try CharacterMap(bytes(units)) }
  }

  @Test("Random units never lead out of the map")
  func survivesRandomUnits() throws {
    var generator = SeededGenerator(seed: 1)
    var texts = RandomText(seed: 1)
    for _ in 0..<300 {
      var units = Self.units
      for _ in 0..<Int.random(in: 1...40, using: &generator) {
        units[Int.random(in: 0..<units.count, using: &generator)] =
          UInt32.random(in: 0 ... .max, using: &generator) & 0x8003_FFFF
      }
      guard let map = try? CharacterMap(bytes(units)) else { continue }
      for _ in 0..<20 {
        var text = AlignedText(texts.next(upTo: 20).utf8)
        text.replace(by: map)
        #expect(String(validating: text.bytes, as: UTF8.self) != nil)
      }
    }
  }
}
