import ByteIO
import Tensors
import TestSupport
import Testing

@testable import Surgery

/// A transplant that is interrupted and started again.
@Suite struct ResumingTests {
  private struct Stop: Error {}

  /// Two models with several blocks of new tokens.
  private static func models() throws -> TransplantCase {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    base.words = ModelFixture.words(0..<200)
    donor.words = ModelFixture.words(100..<700)
    return try TransplantCase(base: base, donor: donor)
  }

  private static var options: TransplantOptions { TransplantCase.options() }

  private func files(_ directory: String) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for name in try FileSystem.names(inDirectory: directory) {
      result[name] = try FileSystem.read(directory + "/" + name)
    }
    return result
  }

  /// Runs until a stage has come to a fraction.
  private func interrupt(
    _ models: TransplantCase, _ options: TransplantOptions = Self.options, at stage: String,
    _ fraction: Double
  ) throws {
    #expect(throws: Stop.self) {
      try models.transplant(options).write(to: models.out, keepingAfter: .zero) {
        if $0 == stage && $1 >= fraction { throw Stop() }
      }
    }
    #expect(!FileSystem.isDirectory(models.out))
    #expect(Transplant.unfinishedRows(of: models.out) != nil)
  }

  /// Runs to the end and returns the stages that were gone through.
  private func finish(
    _ models: TransplantCase, _ options: TransplantOptions = Self.options
  ) throws -> Set<String> {
    final class Stages { var names: Set<String> = [] }
    let stages = Stages()
    _ = try models.transplant(options).write(to: models.out, keepingAfter: .zero) { stage, _ in
      stages.names.insert(stage)
    }
    #expect(Transplant.unfinishedRows(of: models.out) == nil)
    return stages.names
  }

  private func undisturbed(
    _ models: TransplantCase, _ options: TransplantOptions = Self.options
  ) throws -> [String: [UInt8]] {
    _ = try models.transplant(options).write(to: models.out)
    let result = try files(models.out)
    try FileSystem.removeTree(models.out)
    return result
  }

  @Test(arguments: [("input", 0.2), ("input", 0.5), ("input", 1), ("output", 0.6)])
  func `The same transplant goes on from its finished rows, with the same result`(
    role: String, fraction: Double
  ) throws {
    let models = try Self.models()
    let expected = try undisturbed(models)
    try interrupt(models, at: "rebuilding \(role) rows", fraction)
    let stages = try finish(models)
    #expect(try files(models.out) == expected)
    // What was complete is not even prepared for again.
    let inputWasComplete = fraction == 1 || role == "output"
    #expect(stages.contains("preparing input rows") == !inputWasComplete)
  }

  @Test func `Rows that were kept in part or damaged are made again`() throws {
    let models = try Self.models()
    let expected = try undisturbed(models)
    var random = SeededGenerator(seed: 5)
    for _ in 0..<8 {
      try interrupt(models, at: "rebuilding output rows", 0.5)
      let journal = try #require(Transplant.unfinishedRows(of: models.out))
      var bytes = try FileSystem.read(journal)
      let place = Int.random(in: 0..<bytes.count, using: &random)
      if Bool.random(using: &random) {
        bytes.removeSubrange(place...)
      } else {
        bytes[place] ^= 0x10
      }
      try FileSystem.removeTree(journal)
      try FileSystem.writeAtomically(bytes, to: journal)
      _ = try finish(models)
      #expect(try files(models.out) == expected)
      try FileSystem.removeTree(models.out)
    }
  }

  @Test func `Rows of another transplant are not used`() throws {
    let models = try Self.models()
    let other = TransplantCase.options(k: 3)
    let expected = try undisturbed(models, other)
    try interrupt(models, at: "rebuilding output rows", 0.5)
    #expect(try finish(models, other).contains("preparing input rows"))
    #expect(try files(models.out) == expected)
  }

  @Test func `Quick rows are not kept`() throws {
    let models = try Self.models()
    #expect(throws: Stop.self) {
      try models.transplant().write(to: models.out, keepingAfter: .seconds(100)) { stage, _ in
        if stage == "writing weights" { throw Stop() }
      }
    }
    #expect(Transplant.unfinishedRows(of: models.out) == nil)
  }

  @Test func `A block of rows keeps every kind of origin`() throws {
    let origins: [RowOrigin] = [
      .base(7), .mean, .padding, .computed(method: "last+é", pieces: [1, 4_000_000_000]),
      .computed(method: "", pieces: []),
      .combination(method: "omp", [3, 2], coefficients: [-0.5, .infinity], residual: 0.25),
      .combination(method: "knn", [9], coefficients: [1], residual: nil),
    ]
    let rows = Matrix(origins.indices.map { [Float($0), -0.0, .leastNonzeroMagnitude] })
    let bytes = RowBlock.encode(MadeRows(rows: rows, origins: origins))
    let decoded = try #require(bytes.withUnsafeBytes { RowBlock.decode($0) })
    #expect(decoded.origins == origins)
    #expect(origins.indices.allSatisfy { decoded.rows.row($0) == rows.row($0) })
    for end in bytes.indices {
      #expect(bytes[..<end].withUnsafeBytes { RowBlock.decode($0) } == nil)
    }
  }
}
