import CKernels
import TestSupport
import Testing

/// The vector loops against the plainest ones, with every instruction set that the processor has. Other
/// tests may run meanwhile: the sets compute the same.
@Suite(.serialized) struct KernelTests {
  private static let sets = 0..<Int(kernels_set_count())

  private static func using(_ set: Int, _ body: () -> Void) {
    kernels_choose(Int32(set))
    body()
    kernels_choose(kernels_set_count() - 1)
  }

  @Test(arguments: sets, [(1, 1), (1, 4), (2, 3), (3, 7)])
  func `Products of packed vectors are the sums of exact chunks`(
    set: Int, groups: (left: Int, right: Int)
  ) {
    var random = SeededGenerator(seed: 1)
    let (size, chunks, pairs) = (Int(KERNELS_GROUP_SIZE), 3, 20)
    let group = size * chunks * pairs * 2
    func integers(_ groups: Int) -> [Int16] {
      (0..<(groups * group)).map { _ in Int16.random(in: -7000...7000, using: &random) }
    }
    let (left, right) = (integers(groups.left), integers(groups.right))
    let stride = groups.right * size + 5
    var products = [Float](repeating: .nan, count: groups.left * size * stride)
    Self.using(set) {
      kernels_packed_products(
        left, groups.left, right, groups.right, chunks, pairs, &products, stride)
    }
    func element(_ integers: [Int16], _ vector: Int, _ chunk: Int, _ index: Int) -> Int {
      let place = ((chunk * pairs + index / 2) * size + vector % size) * 2 + index % 2
      return Int(integers[vector / size * group + place])
    }
    for row in 0..<(groups.left * size) {
      for column in 0..<(groups.right * size) {
        var expected: Float = 0
        for chunk in 0..<chunks {
          expected += Float(
            (0..<(2 * pairs)).reduce(0) {
              $0 + element(left, row, chunk, $1) * element(right, column, chunk, $1)
            })
        }
        #expect(products[row * stride + column] == expected)
      }
      #expect(products[row * stride + groups.right * size].isNaN)
    }
  }

  /// The finalizer of MurmurHash3.
  private static func mixed(_ number: UInt32) -> UInt32 {
    var mixed = number
    mixed = (mixed ^ (mixed >> 16)) &* 0x85EB_CA6B
    mixed = (mixed ^ (mixed >> 13)) &* 0xC2B2_AE35
    return mixed ^ (mixed >> 16)
  }

  @Test(arguments: sets)
  func `Rounding takes the next integer below or above, as the number says`(set: Int) {
    var random = SeededGenerator(seed: 2)
    for count in [0, 1, 15, 16, 17, 100, 1000] {
      let source = (0..<count).map { _ in Float.random(in: -99...99, using: &random) }
      let number = UInt32.random(in: .min ... .max, using: &random)
      var target = [Int16](repeating: 7, count: count + 1)
      Self.using(set) { kernels_round(source, 327.67, number, count, &target) }
      #expect(target[count] == 7)
      for index in 0..<count {
        let drawn = Float(Self.mixed(number &+ UInt32(index)) >> 8) / Float(1 << 24)
        #expect(target[index] == Int16((source[index] * 327.67 + drawn).rounded(.down)))
      }
    }
  }

  @Test(arguments: sets)
  func `Quantizing takes the nearest integer that fits`(set: Int) {
    var random = SeededGenerator(seed: 3)
    for count in [0, 1, 15, 16, 17, 100] {
      let source = (0..<count).map { _ in random.normal() }
      let scales = (0..<count).map { _ in Float.random(in: 0...2, using: &random) }
      var target = [Int16](repeating: 7, count: count + 1)
      Self.using(set) { kernels_quantize(source, scales, 16384, count, &target) }
      #expect(target[count] == 7)
      for index in 0..<count {
        let value = source[index] * 16384 * scales[index]
        #expect(
          target[index] == Int16(min(max(value, -32767), 32767).rounded(.toNearestOrEven)))
      }
    }
  }

  @Test(arguments: sets)
  func `Floats with doubles are multiplied and subtracted in double precision`(set: Int) {
    var random = SeededGenerator(seed: 4)
    for count in [0, 1, 7, 8, 31, 32, 33, 100, 1000] {
      let floats = (0..<count).map { _ in random.normal() }
      let doubles = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
      var rest = doubles + [7]
      var product = 0.0
      Self.using(set) {
        product = kernels_mixed_dot(floats, doubles, count)
        kernels_mixed_subtract(floats, 0.3, count, &rest)
      }
      let expected = zip(floats, doubles).reduce(0) { $0 + Double($1.0) * $1.1 }
      #expect(abs(product - expected) < 1e-12)
      #expect(rest[count] == 7)
      for index in 0..<count {
        #expect(abs(rest[index] - (doubles[index] - 0.3 * Double(floats[index]))) < 1e-15)
      }
    }
  }
}
