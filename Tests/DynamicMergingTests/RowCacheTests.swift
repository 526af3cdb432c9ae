import Tensors
import TestSupport
import Testing

@testable import DynamicMerging

@Suite struct RowCacheTests {
  private func surface(_ number: Int) -> [UInt8] { [UInt8(number)] }

  private func row(_ number: Int) -> [Float] { [Float(number), Float(-number)] }

  private func insert(_ number: Int, _ cache: inout RowCache) throws {
    _ = try row(number).withUnsafeBufferPointer { row throws(MergeError) in
      try cache.insert(surface(number), row)
    }
  }

  @Test func `The least recent rows give way, those of the current batch never`() throws {
    var cache = RowCache(capacity: 3, columns: 2)
    cache.beginBatch()
    for number in 1...3 { try insert(number, &cache) }
    #expect(throws: MergeError.batchExceedsCache(capacity: 3)) { try insert(4, &cache) }
    cache.beginBatch()
    // A hit makes the row the most recent one.
    #expect(cache.place(of: surface(1)) != nil)
    try insert(4, &cache)
    #expect(cache.place(of: surface(2)) == nil)
    try insert(5, &cache)
    #expect(cache.place(of: surface(3)) == nil)
    #expect(throws: MergeError.batchExceedsCache(capacity: 3)) { try insert(6, &cache) }
    #expect(cache.count == 3)
  }

  @Test func `A cache does what a list in the order of use does`() throws {
    var generator = SeededGenerator(seed: 9)
    var cache = RowCache(capacity: 7, columns: 2)
    /// From the least to the most recent.
    var order: [Int] = []
    for _ in 0..<400 {
      cache.beginBatch()
      let batch = Set((0..<7).map { _ in Int.random(in: 0..<20, using: &generator) }).sorted()
      var missing: [Int] = []
      for number in batch {
        let place = cache.place(of: surface(number))
        #expect((place != nil) == order.contains(number))
        if let place { #expect(cache.rows.row(place) == row(number)) }
        if place == nil { missing.append(number) }
        if place != nil {
          order.removeAll { $0 == number }
          order.append(number)
        }
      }
      for number in missing {
        try insert(number, &cache)
        if order.count == 7 { order.removeFirst() }
        order.append(number)
      }
      #expect(cache.count == order.count)
    }
  }
}
