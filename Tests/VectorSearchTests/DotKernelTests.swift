import CKernels
import TestSupport
import Testing

/// The products of small integers against the plainest loop.
@Suite struct DotKernelTests {
  @Test func `Products are the same whatever the length`() {
    var random = SeededGenerator(seed: 1)
    for count in Array(0...70) + [96, 128, 192, 1000] {
      let left = (0..<count).map { _ in Int8.random(in: -127...127, using: &random) }
      let right = (0..<count).map { _ in Int8.random(in: -127...127, using: &random) }
      let words = (0..<count).map { _ in Int16.random(in: -16000...16000, using: &random) }
      #expect(
        kernels_dot_bytes(left, right, count)
          == zip(left, right).reduce(0) { $0 + Int32($1.0) * Int32($1.1) })
      #expect(
        kernels_dot_words(words, right, count)
          == zip(words, right).reduce(0) { $0 + Int32($1.0) * Int32($1.1) })
    }
  }
}
