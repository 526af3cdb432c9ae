import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization

@testable import Surgery

/// What a transplant makes of a base's matrices, in every arrangement in which they are stored.
@Suite struct TransplantTests {
  // MARK: Arrangements

  @Test("An untied base gets two matrices, each rebuilt from the donor's one")
  func untiedBase() throws {
    let report = try TransplantCase().run(rows: TransplantCase.donor.rows)
    #expect(report.matrices.map(\.role) == ["input", "output"])
    // 256 bytes and 20 words by their bytes, two special tokens by their roles.
    #expect(report.sharedTokens == [.bytes: 276, .role: 2])
    #expect(report.matrices.allSatisfy { $0.copied == 278 && $0.rebuilt == 30 && $0.padding == 0 })
    #expect(report.anchors == 278)
    #expect(report.droppedTokens == 21)
  }

  @Test("A tied base gets one matrix, with an untied donor too")
  func tiedBase() throws {
    let models = try TransplantCase(base: TransplantCase.donor, donor: TransplantCase.base)
    let report = try models.run(rows: TransplantCase.base.rows)
    #expect(report.matrices.map(\.role) == ["input"])
    #expect(report.base.isTied && report.donor?.isTied == false)
  }

  @Test("A stored copy of a tied matrix stays a copy")
  func tiedWithStoredCopy() throws {
    var base = TransplantCase.base
    base.isTied = true
    let models = try TransplantCase(base: base)
    try models.run()
    let out = try ModelDirectory(models.out)
    let (input, copy) = (
      try out.checkpoint.matrix("model.embed_tokens.weight"),
      try out.checkpoint.matrix("lm_head.weight")
    )
    #expect((0..<input.rows).allSatisfy { input.rowBytes($0) == copy.rowBytes($0) })
  }

  @Test("Both matrices of an untied donor are used, each for its own")
  func untiedDonor() throws {
    var donor = TransplantCase.donor
    donor.isTied = false
    donor.outputName = "lm_head.weight"
    let models = try TransplantCase(donor: donor)
    try models.run()
    let manifest = try JSON(parsing: Array(models.text("graft.json").utf8), source: "")
    let rows = try Array(manifest.required("matrices").elements).map { matrix in
      Array(try matrix.required("rows").elements).map { String(decoding: $0.text, as: UTF8.self) }
    }
    let id = try #require(donor.id(of: " word60"))
    #expect(rows[0][id].contains("omp") && rows[1][id].contains("omp"))
    #expect(rows[0][id] != rows[1][id])
  }

  @Test(
    "Element types are kept, whatever the donor's",
    arguments: [
      ElementType.float32, .float16, .bfloat16, .float64,
    ], [ElementType.float32, .bfloat16])
  func elementTypes(base baseType: ElementType, donor donorType: ElementType) throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    base.elementType = baseType
    donor.elementType = donorType
    try TransplantCase(base: base, donor: donor).run()
  }

  @Test("A sharded base stays sharded, with the totals of its index corrected")
  func sharded() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    base.shards = 3
    donor.shards = 2
    let models = try TransplantCase(base: base, donor: donor)
    try models.run()
    let out = try ModelDirectory(models.out)
    #expect(out.checkpoint.shards.count == 3)
    let index = try JSON(
      parsing: FileSystem.read(models.out + "/model.safetensors.index.json"), source: "index")
    let total = out.checkpoint.shards.flatMap(\.file.tensors).reduce(0) { $0 + $1.byteRange.count }
    #expect(index["metadata"]?["total_size"]?.int == total)
  }

  // MARK: Rows

  @Test("Rows that only the tokenizer has become the mean of the shared tokens' rows")
  func donorIDsBeyondRows() throws {
    var donor = TransplantCase.donor
    donor.extraRows = -7
    let report = try TransplantCase(donor: donor).run(rows: donor.idBound)
    // The last 7 tokens are words 20 to 26, which the base has; so none is left without a row.
    #expect(report.matrices.allSatisfy { $0.fallback == 0 && $0.copied == 278 })
    donor.words = ModelFixture.words(20..<70)
    let other = try TransplantCase(donor: donor).run(rows: donor.idBound)
    #expect(other.matrices.allSatisfy { $0.fallback == 7 && $0.rebuilt == 23 })
  }

  @Test("Donor rows of zeros become the mean, and no undefined number appears")
  func zeroDonorRows() throws {
    var donor = TransplantCase.donor
    let zeros = [Float](repeating: 0, count: donor.dimension)
    let new = try #require(donor.id(of: " word60"))
    let shared = try #require(donor.id(of: " word30"))
    let tiny = try #require(donor.id(of: " word61"))
    donor.fixedRows = [new: zeros, shared: zeros, tiny: zeros.map { _ in 1e-30 }]
    let models = try TransplantCase(donor: donor)
    let report = try models.run()
    #expect(report.matrices.allSatisfy { $0.fallback == 1 || $0.fallback == 2 })
    let manifest = try models.text("graft.json")
    #expect(!manifest.contains("null") && !manifest.contains("nan") && !manifest.contains("inf"))
    let rows = try JSON(parsing: Array(manifest.utf8), source: "").required("matrices")
    for matrix in rows.elements {
      let row = Array(try matrix.required("rows").elements)[new]
      #expect(row["from"]?.string == "mean")
    }
  }

  @Test("Base rows of zeros are copied, and leave the report finite")
  func zeroBaseRows() throws {
    var base = TransplantCase.base
    for id in 0..<base.idBound where id % 2 == 0 {
      base.fixedRows[id] = [Float](repeating: 0, count: base.dimension)
    }
    let report = try TransplantCase(base: base).run()
    for matrix in report.matrices where matrix.rebuilt > 0 {
      let quality = try #require(matrix.heldOut)
      #expect(quality.count > 0 && quality.count < 27)
      #expect(quality.relativeError.isFinite && quality.relativeError < 100)
      #expect(abs(quality.cosine) <= 1.001 && abs(quality.cosineOfMean) <= 1.001)
    }
    _ = try JSON(parsing: Array(report.json.utf8), source: "report")
  }

  @Test("Ids without a token are padding")
  func gaps() throws {
    var donor = TransplantCase.donor
    donor.skippedIDs = [5, 280, 281]
    let report = try TransplantCase(donor: donor).run(rows: donor.idBound)
    #expect(report.matrices.allSatisfy { $0.padding == 3 })
  }

  @Test("A base token without a row is rebuilt as if the base did not have it")
  func baseIDsBeyondRows() throws {
    var base = TransplantCase.base
    base.extraRows = -5
    let report = try TransplantCase(base: base).run()
    #expect(report.matrices.allSatisfy { $0.copied == 273 && $0.rebuilt == 35 })
  }

  // MARK: Number of rows

  @Test("The donor's padding is taken over")
  func donorPadding() throws {
    var donor = TransplantCase.donor
    donor.extraRows = 12
    let report = try TransplantCase(donor: donor).run(rows: donor.idBound + 12)
    #expect(report.matrices.allSatisfy { $0.padding == 12 })
  }

  @Test("A donor may state more rows than it has")
  func largerStatedSize() throws {
    var donor = TransplantCase.donor
    donor.vocabularySize = donor.rows + 4
    try TransplantCase(donor: donor).run(rows: donor.rows + 4)
  }

  @Test("The number of rows can be asked for", arguments: [1, 64, 308, 309])
  func padTo(multiple: Int) throws {
    var options = TransplantCase.options()
    options.rowCount = .multiple(of: multiple)
    let needed = TransplantCase.donor.idBound
    let rows = try #require((needed...).first { $0 % multiple == 0 })
    try TransplantCase().run(options, rows: rows)
  }

  @Test("An exact number of rows must have room for every token")
  func exactSize() throws {
    let needed = TransplantCase.donor.idBound
    let models = try TransplantCase()
    var options = TransplantCase.options()
    options.rowCount = .exactly(needed - 1)
    #expect(
      throws: ModelError(
        models.donor, .vocabularyTooSmall(requested: needed - 1, needed: needed))
    ) { try models.transplant(options) }
    options.rowCount = .exactly(needed + 3)
    try models.run(options, rows: needed + 3)
  }

  @Test(
    "A number of rows that no vocabulary has is refused",
    arguments: [TransplantOptions.RowCount.exactly(.max), .multiple(of: .max), .exactly(1 << 33)])
  func hugeSize(rowCount: TransplantOptions.RowCount) throws {
    var options = TransplantCase.options()
    options.rowCount = rowCount
    let models = try TransplantCase()
    #expect(throws: ModelError.self) { try models.transplant(options) }
  }

  @Test("A donor whose stated size no vocabulary has is refused")
  func hugeStatedSize() throws {
    var donor = TransplantCase.donor
    donor.vocabularySize = 1 << 40
    let models = try TransplantCase(donor: donor)
    #expect(throws: ModelError.self) { try models.transplant() }
  }

  // MARK: Special cases

  @Test("A model is its own donor: every row is copied")
  func selfTransplant() throws {
    let models = try TransplantCase(donor: TransplantCase.base)
    let report = try models.run()
    #expect(report.matrices.allSatisfy { $0.copied == $0.rows && $0.rebuilt == 0 })
    #expect(report.droppedTokens == 0)
    let (old, new) = (try ModelDirectory(models.base), try ModelDirectory(models.out))
    for name in old.checkpoint.tensorNames {
      #expect(old.checkpoint[name]?.tensor.shape == new.checkpoint[name]?.tensor.shape)
    }
    #expect(
      try FileSystem.read(models.base + "/model.safetensors")
        == FileSystem.read(models.out + "/model.safetensors"))
    #expect(
      try FileSystem.read(models.base + "/config.json")
        == FileSystem.read(models.out + "/config.json"))
  }

  @Test("A donor with one token for beginning and end gets the input and output rows of both")
  func oneTokenForBoth() throws {
    var donor = TransplantCase.donor
    // tokenizer_config.json names the token as one of them, config.json as the other.
    donor.specials = [.init("bos", "<|end|>")]
    donor.config = [("eos_token_id", "0")]
    let models = try TransplantCase(donor: donor)
    try models.run()
    let (old, new) = (try ModelDirectory(models.base), try ModelDirectory(models.out))
    let output = try #require(new.vocabularyTensors.output)
    let oldOutput = try #require(old.vocabularyTensors.output)
    #expect(
      new.vocabularyTensors.input.matrix.rowBytes(0)
        == old.vocabularyTensors.input.matrix.rowBytes(0))
    #expect(output.matrix.rowBytes(0) == oldOutput.matrix.rowBytes(1))
  }

  @Test("As many atoms as there are shared tokens can be asked for")
  func sparsityOfAllAnchors() throws {
    var (base, donor) = (TransplantCase.base, TransplantCase.donor)
    (base.hasBytes, donor.hasBytes) = (false, false)
    donor.dimension = 30
    let report = try TransplantCase(base: base, donor: donor).run(TransplantCase.options(k: 22))
    #expect(report.anchors == 22)
    #expect(report.matrices.allSatisfy { $0.heldOut == nil })
  }

  // MARK: Repetition

  @Test("The same transplant gives the same bytes")
  func isDeterministic() throws {
    var base = TransplantCase.base
    base.elementType = .bfloat16
    base.generationConfig = #"{"eos_token_id": [1, 2]}"#
    let models = try TransplantCase(base: base)
    let transplant = try models.transplant()
    _ = try transplant.write(to: models.out)
    _ = try models.transplant().write(to: models.directory("again"))
    let names = try FileSystem.names(inDirectory: models.out)
    #expect(names == (try FileSystem.names(inDirectory: models.directory("again"))))
    for name in names {
      #expect(
        try FileSystem.read(models.out + "/" + name)
          == FileSystem.read(models.directory("again/" + name)), "\(name)")
    }
  }

  @Test("A dry run reports what writing reports, and writes nothing")
  func dryRun() throws {
    let models = try TransplantCase()
    let before = try FileSystem.names(inDirectory: models.directory.path)
    let dry = try models.transplant().dryRun()
    #expect(try FileSystem.names(inDirectory: models.directory.path) == before)
    let real = try models.transplant().write(to: models.out)
    #expect(dry.directory == nil && dry.files.isEmpty)
    #expect(real.directory == models.out)
    #expect(real.files.map(\.name) == (try FileSystem.names(inDirectory: models.out)))
    let prefix = dry.json.dropLast()
    #expect(real.json.hasPrefix(prefix))
    _ = try JSON(parsing: Array(real.json.utf8), source: "report")
  }

  // MARK: Trained models

  @Test("The shipped models take each other's vocabulary", arguments: [true, false])
  func shippedModels(isReversed: Bool) throws {
    let pair = [PackageFiles.exampleBase, PackageFiles.exampleDonor]
    let (base, donor) = isReversed ? (pair[1], pair[0]) : (pair[0], pair[1])
    let report = try transplant(base, donor)
    // The larger vocabulary's rows point in many directions; those of the smaller one share most of
    // theirs, so that the mean is hard to beat there.
    for matrix in report.matrices where !isReversed {
      let quality = try #require(matrix.heldOut)
      #expect(quality.cosine > quality.cosineOfMean)
    }
  }

  @Test(
    "Larger trained models take each other's vocabulary",
    .enabled(if: ModelFiles.areAvailable, "\(ModelFiles.hint)"),
    arguments: [("kjv-b", "stories260K"), ("stories260K", "kjv-a")])
  func largerModels(base: String, donor: String) throws {
    _ = try transplant(ModelFiles.path(base), ModelFiles.path(donor))
  }

  private func transplant(_ base: String, _ donor: String) throws -> TransplantReport {
    let directory = try TemporaryDirectory()
    let report = try Transplant(
      base: ModelDirectory(base), donor: ModelDirectory(donor),
      options: TransplantCase.options()
    ).write(to: directory("out"))
    try TransplantOracle(base: base, donor: donor, out: directory("out")).check()
    #expect(ModelVerification(directory("out")).problems == [])
    for matrix in report.matrices where matrix.rebuilt > 0 {
      let quality = try #require(matrix.heldOut)
      #expect(quality.count > 0 && quality.cosine > 0 && quality.cosine <= 1)
    }
    return report
  }
}
