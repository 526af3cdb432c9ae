import TestSupport
import Testing

@testable import DynamicMerging

@Suite struct PairIndexTests {
  @Test func `A heap of positions has the least one at its root, whatever is added and taken out`()
  {
    var generator = SeededGenerator(seed: 5)
    for _ in 0..<300 {
      let count = Int.random(in: 1...60, using: &generator)
      var heaps = PositionHeaps(count: count)
      var roots = [PositionHeaps.none, PositionHeaps.none]
      var expected: [Set<UInt32>] = [[], []]
      for _ in 0..<200 {
        let position = UInt32.random(in: 0..<UInt32(count), using: &generator)
        if let heap = expected.firstIndex(where: { $0.contains(position) }) {
          roots[heap] = heaps.removing(position, from: roots[heap])
          expected[heap].remove(position)
        } else {
          let heap = Int.random(in: 0...1, using: &generator)
          roots[heap] = heaps.joined(roots[heap], position)
          expected[heap].insert(position)
        }
        for heap in 0...1 { #expect(roots[heap] == expected[heap].min() ?? PositionHeaps.none) }
      }
      for heap in 0...1 {
        var positions: [UInt32] = []
        heaps.takeAll(roots[heap], into: &positions)
        #expect(positions.sorted() == expected[heap].sorted())
      }
    }
  }

  @Test func `Hashes of joined bytes follow from the parts`() {
    var generator = SeededGenerator(seed: 6)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      let cut = Int.random(in: 0...bytes.count, using: &generator)
      #expect(
        PolynomialHash(bytes)
          == PolynomialHash(bytes[..<cut]).followed(by: PolynomialHash(bytes[cut...])))
      #expect(PolynomialHash(bytes) != PolynomialHash(bytes + [0]))
    }
  }
}
