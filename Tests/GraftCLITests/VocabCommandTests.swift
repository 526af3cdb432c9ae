import Graft
import TestSupport
import Testing

/// `vocab` and `generate` as programs use them, with the shipped models.
@Suite struct VocabCommandTests {
  private func object(_ result: ChildProcess.Result) throws -> JSON {
    #expect(result.status == 0 && result.lines.count == 1, "\(result.errorText)")
    return try JSON(parsing: result.output, source: "output")
  }

  private func ids(_ object: JSON) throws -> [Int] {
    try object.required("nearest").expectArray().compactMap { $0["id"]?.int }
  }

  @Test func `nearest lists the same tokens with an index and without`() throws {
    let folder = try TemporaryDirectory()
    let model = PackageFiles.exampleDonor
    let built = try ChildProcess.graft("vocab", "index", model, "--out", folder("rows.hnsw"))
    #expect(built.status == 0, "\(built.errorText)")
    for arguments in [[" king"], ["--id", "300"], ["--after", "In the beginning"], ["kings and"]] {
      let command = ["vocab", "nearest", model, "-k", "5", "--json"] + arguments
      let exact = try ids(object(ChildProcess.run([ChildProcess.graft] + command + ["--exact"])))
      let found = try ids(
        object(
          ChildProcess.run([ChildProcess.graft] + command + ["--index", folder("rows.hnsw")])))
      #expect(exact.count == 5 && exact == found)
    }
  }

  @Test func `nearest reads a matrix of any safetensors file`() throws {
    let found = try ids(
      object(
        ChildProcess.graft(
          "vocab", "nearest", PackageFiles.exampleBase + "/model.safetensors", "--tensor",
          "lm_head.weight", "--id", "300", "-k", "3", "--by", "product", "--json")))
    #expect(found.count == 3 && !found.contains(300))
  }

  @Test func `What does not belong together is refused`() throws {
    let folder = try TemporaryDirectory()
    let index = folder("rows.hnsw")
    #expect(
      try ChildProcess.graft("vocab", "index", PackageFiles.exampleBase, "--out", index).status == 0
    )
    let other = try ChildProcess.graft(
      "vocab", "nearest", PackageFiles.exampleDonor, "--id", "3", "--index", index)
    #expect(other.status == 1 && other.errorText.contains("other rows"))
    let again = try ChildProcess.graft("vocab", "index", PackageFiles.exampleBase, "--out", index)
    #expect(again.status == 64 && again.errorText.contains("--force"))
    let missing = try ChildProcess.graft(
      "vocab", "nearest", PackageFiles.exampleBase, "--id", "99999")
    #expect(missing.status == 1 && missing.errorText.contains("no row"))
    #expect(try ChildProcess.graft("vocab", "nearest", PackageFiles.exampleBase).status == 64)
  }

  @Test func `A signal ends the building of an index and leaves nothing`() throws {
    let folder = try TemporaryDirectory()
    let file = folder("rows.safetensors")
    let output = TensorOutput(name: "rows", elementType: .float32, shape: [150_000, 16]) { sink in
      var random = SeededGenerator(seed: 1)
      for _ in 0..<150_000 {
        let row = (0..<16).map { _ in Float.random(in: -1...1, using: &random) }
        try row.withUnsafeBufferPointer { try sink.write($0) }
      }
    }
    try SafetensorsWriter.write([output], to: file)
    let process = try ChildProcess(
      [ChildProcess.graft, "vocab", "index", file, "--tensor", "rows"])
    ChildProcess.sleep(microseconds: 400_000)
    process.send(Signal.interrupt)
    let result = try process.wait()
    #expect(result.status == 1 && result.errorText.contains("interrupted"))
    #expect(try FileSystem.names(inDirectory: folder.path) == ["rows.safetensors"])
  }

  @Test func `A grown model is indexed, measured and generates`() throws {
    let folder = try TemporaryDirectory()
    let large = folder("large")
    let grown = try object(
      ChildProcess.graft(
        "vocab", "grow", PackageFiles.exampleBase, large, "--corpus", PackageFiles.exampleText,
        "--size", "3000", "--min-frequency", "1", "--json"))
    #expect(grown["tokens"]?.int == 3000 && grown["rows"]?.int == 3000)
    #expect(try ChildProcess.graft("verify", large).status == 0)
    let before = try ChildProcess.graft(
      "generate", large, "--prompt", "In the beginning", "--limit", "12", "--json")
    #expect(try ChildProcess.graft("vocab", "index", large).status == 0)
    let after = try ChildProcess.graft(
      "generate", large, "--prompt", "In the beginning", "--limit", "12", "--json")
    #expect(try object(before).required("ids").expectArray().count == 12)
    #expect(before.output == after.output)
    let recall = try object(
      ChildProcess.graft(
        "vocab", "recall", large, "--text", PackageFiles.exampleText, "--queries", "20",
        "--breadth", "100", "--json"))
    let search = try #require(recall.required("searches").expectArray().first)
    #expect(try #require(search["recall"]?.double) > 0.8)
  }

  @Test func `generate draws the same text for the same seed`() throws {
    func text(_ seed: String) throws -> String? {
      try object(
        ChildProcess.graft(
          "generate", PackageFiles.exampleBase, "--prompt", "And", "--limit", "15",
          "--temperature", "1", "--top-k", "50", "--seed", seed, "--json"))["text"]?.string
    }
    #expect(try text("1") == text("1"))
    #expect(try text("1") != text("2"))
  }
}
