import Testing

@testable import ByteIO

@Suite struct HugePagesTests {
  @Test("Many large appends grow an array a few times only, and keep what was there")
  func growsGeometrically() {
    let part = (0..<600_000).map { UInt32($0) }
    var array: [UInt32] = [7]
    var capacities: Set<Int> = []
    for _ in 0..<24 {
      var part = part
      part.withUnsafeMutableBufferPointer { HugePages.append($0, to: &array) }
      capacities.insert(array.capacity)
    }
    #expect(capacities.count <= 6)
    #expect(array.count == 1 + 24 * part.count && array[0] == 7)
    #expect(array.last == part.last && array[1...].starts(with: part))
  }
}
