import ByteIO
import Tensors
import TestSupport

@testable import Surgery

/// A base and a donor in a temporary directory, ready to be operated on.
struct TransplantCase {
  let directory: TemporaryDirectory
  let base: String
  let donor: String

  var out: String { directory("out") }

  /// A small untied base.
  static var base: ModelFixture {
    var fixture = ModelFixture(seed: 1, words: ModelFixture.words(0..<40))
    fixture.specials.append(.init("pad", "<pad>"))
    return fixture
  }

  /// A small tied donor with other words, in another order, and other special tokens.
  static var donor: ModelFixture {
    var fixture = ModelFixture(seed: 2, words: ModelFixture.words(20..<70).reversed())
    fixture.specials = [.init("eos", "<|end|>"), .init("bos", "<|begin|>")]
    fixture.isTied = true
    fixture.outputName = nil
    fixture.dimension = 10
    return fixture
  }

  init(base: ModelFixture = Self.base, donor: ModelFixture = Self.donor) throws {
    directory = try TemporaryDirectory()
    self.base = try base.write(to: directory("base"))
    self.donor = try donor.write(to: directory("donor"))
  }

  static func options(k: Int = 4) -> TransplantOptions {
    TransplantOptions(method: SparseTransplant(.init(sparsity: k)))
  }

  func transplant(_ options: TransplantOptions = Self.options()) throws -> Transplant {
    try Transplant(base: ModelDirectory(base), donor: ModelDirectory(donor), options: options)
  }

  /// Writes the transplant and holds it to the oracle.
  @discardableResult
  func run(
    _ options: TransplantOptions = Self.options(), rows: Int? = nil
  ) throws -> TransplantReport {
    let report = try transplant(options).write(to: out)
    try TransplantOracle(base: base, donor: donor, out: out).check(rows: rows)
    return report
  }

  /// A text file of the result.
  func text(_ name: String) throws -> String {
    String(decoding: try FileSystem.read(out + "/" + name), as: UTF8.self)
  }
}
