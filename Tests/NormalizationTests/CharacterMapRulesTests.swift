import ByteIO
import TestSupport
import Testing

@testable import Normalization

/// Character maps by the names of sentencepiece's rules. What the library's own maps replace is in
/// `character-map-rules.json`, made by `tools/make_rule_hashes.py`.
@Suite struct CharacterMapRulesTests {
  private static let names = CharacterMap.RuleName.allCases.filter { $0 != .identity }

  /// All rules of a map, sorted by what they replace.
  private func rules(_ name: CharacterMap.RuleName) throws -> [(key: [UInt8], value: [UInt8])] {
    var rules: [(key: [UInt8], value: [UInt8])] = []
    try CharacterMap(CharacterMap.compiled(name)).forEachEntry { rules.append(($0, Array($1))) }
    return rules.sorted { $0.key.lexicographicallyPrecedes($1.key) }
  }

  @Test(arguments: names)
  func `A map has exactly the rules of sentencepiece's`(name: CharacterMap.RuleName) throws {
    let path = PackageFiles.path("Tests/Fixtures/character-map-rules.json")
    let expected = try JSON(parsing: FileSystem.read(path), source: path).required(name.rawValue)
    let rules = try rules(name)
    let count = try expected.int("rules", in: 0...Int.max)
    #expect(rules.count == count)
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for (key, value) in rules {
      for byte in key + [0] + value + [0] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    let golden = try expected.string("hash")
    #expect(hash == UInt64(golden, radix: 16))
  }

  @Test func `A map is as small as sentencepiece's, and the same each time`() {
    let map = CharacterMap.compiled(.nmtNFKC)
    #expect(map.count < 300_000)
    #expect(map == CharacterMap.compiled(.nmtNFKC))
    #expect(CharacterMap.compiled(.identity).isEmpty)
  }

  /// Every key is found, with its longest prefix where it is followed by something else.
  @Test func `A double array has its entries and no others`() throws {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<50 {
      var entries: [[UInt8]: Int32] = [:]
      for _ in 0..<Int.random(in: 1...300, using: &generator) {
        let length = Int.random(in: 1...5, using: &generator)
        let key = (0..<length).map { _ in UInt8.random(in: 1...4, using: &generator) }
        entries[key] = Int32.random(in: 0..<5, using: &generator)
      }
      let sorted = entries.map { (key: $0.key, value: $0.value) }
        .sorted { $0.key.lexicographicallyPrecedes($1.key) }
      let units = DoubleArray(sorted).units
      // The library takes a root that leads to itself for damage.
      #expect(units[0] >> 10 != 0)
      let numbers = [UInt32(units.count * 4)] + units
      let bytes =
        numbers.flatMap { number in (0..<4).map { UInt8(number >> ($0 * 8) & 0xFF) } }
        + Array("a\0b\0c\0".utf8)
      var found: [[UInt8]: Int] = [:]
      try CharacterMap(bytes).forEachEntry { key, value in found[key] = value.count }
      #expect(Set(found.keys) == Set(entries.keys))
    }
  }
}
