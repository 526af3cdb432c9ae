import ByteIO
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// Models that are turned back into what they were made from.
@Suite struct RestorationTests {
  private func files(_ path: String) throws -> [String: [UInt8]] {
    var result: [String: [UInt8]] = [:]
    for name in try FileSystem.names(inDirectory: path) {
      result[name] = try FileSystem.read(path + "/" + name)
    }
    return result
  }

  private var options: TransplantOptions {
    var options = TransplantOptions(method: ConstantRows.mean)
    options.isRestorable = true
    return options
  }

  private static var fixtures: [ModelFixture] {
    var tied = TransplantCase.donor
    tied.outputName = "lm_head.weight"
    tied.shards = 3
    var biased = TransplantCase.base
    biased.modelType = "phi"
    biased.biasNames = ["lm_head.bias"]
    biased.extraRows = 5
    biased.generationConfig = #"{"eos_token_id": [1]}"#
    biased.files = [("README.md", "a model"), ("special_tokens_map.json", "{}")]
    return [TransplantCase.base, tied, biased]
  }

  @Test("Every kind of surgery is undone bit for bit", arguments: 0..<3)
  func restores(_ index: Int) throws {
    let directory = try TemporaryDirectory()
    let base = try ModelDirectory(Self.fixtures[index].write(to: directory("base")))
    let donor = try ModelDirectory(TransplantCase.donor.write(to: directory("donor")))
    var request = PruningRequest()
    request.size = 280
    let targets = [
      TransplantTarget(model: donor),
      try TransplantTarget(DerivedVocabulary(pruning: base, request), of: base),
      try TransplantTarget(
        DerivedVocabulary(extending: base, with: ["new1"], asAdded: true), of: base),
    ]
    let expected = try files(base.path)
    for (number, target) in targets.enumerated() {
      let (out, back) = (directory("out\(number)"), directory("back\(number)"))
      _ = try Transplant(base: base, target: target, options: options).write(to: out)
      try Restoration(out).write(to: back)
      let restored = try files(back)
      #expect(restored.keys.sorted() == expected.keys.sorted())
      for (name, bytes) in expected { #expect(restored[name] == bytes, "\(number) \(name)") }
    }
  }

  @Test("A model that holds nothing for it is not restored")
  func refusesOthers() throws {
    let models = try TransplantCase()
    try models.run()
    let error = #expect(throws: ModelError.self) { try Restoration(models.out) }
    #expect(error?.problem == .notRestorable)
  }

  @Test("A damaged index is refused, whatever it says")
  func refusesDamage() throws {
    let directory = try TemporaryDirectory()
    let base = try ModelDirectory(TransplantCase.base.write(to: directory("base")))
    let derived = try DerivedVocabulary(extending: base, with: ["new1"], asAdded: true)
    let out = directory("out")
    _ = try Transplant(base: base, target: TransplantTarget(derived, of: base), options: options)
      .write(to: out)
    let path = out + "/graft-restore/restore.json"
    let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
    for (damaged, replacement) in [
      ("\"format\":1", "\"format\":9"), ("\"shards\":[\"", "\"shards\":[\"../"), ("[0,", "[99999,"),
      ("{\"format\"", "[\"format\""),
    ] {
      try FileSystem.writeAtomically(
        Array(text.replacing(damaged, with: replacement).utf8), to: path, replacing: true)
      #expect(throws: (any Error).self, "\(damaged)") {
        try Restoration(out).write(to: directory("back"))
      }
      #expect(FileSystem.kind(directory("back")) == nil)
    }
  }
}
