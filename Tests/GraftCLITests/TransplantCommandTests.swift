import Graft
import TestSupport
import Testing

/// `transplant` and `verify` as programs use them.
@Suite struct TransplantCommandTests {
  private let directory: TemporaryDirectory
  private let base: String
  private let donor: String
  private var out: String { directory("out") }

  init() throws {
    directory = try TemporaryDirectory()
    base = try ModelFixture(seed: 1, words: ModelFixture.words(0..<40)).write(to: directory("base"))
    var donor = ModelFixture(seed: 2, words: ModelFixture.words(20..<70))
    donor.dimension = 10
    self.donor = try donor.write(to: directory("donor"))
  }

  private func transplant(_ arguments: String...) throws -> ChildProcess.Result {
    try ChildProcess.run([ChildProcess.graft, "transplant", base, donor, out] + arguments)
  }

  private func names() throws -> [String] { try FileSystem.names(inDirectory: directory.path) }

  // MARK: transplant

  @Test("A transplant says what it did, in plain text where no terminal reads it")
  func report() throws {
    let result = try transplant("--k", "4")
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(!result.output.contains(0x1B))
    for word in ["shared", "276 by their bytes", "2 special", "input rows", "output rows", "wrote"]
    {
      // The fixture shares 256 bytes, 20 words and two special tokens.
      #expect(result.text.contains(word), "\(result.text)")
    }
    #expect(try names() == ["base", "donor", "out"])
    #expect(try ChildProcess.graft("verify", out).status == 0)
  }

  @Test("--json gives one object that agrees with the directory; --dry-run writes nothing")
  func json() throws {
    let dry = try transplant("-k", "4", "--json", "--dry-run")
    #expect(dry.status == 0)
    #expect(try names() == ["base", "donor"])
    let result = try transplant("-k", "4", "--json")
    #expect(result.lines.count == 1)
    let object = try JSON(parsing: result.output, source: "output")
    #expect(object["directory"]?.string == out)
    let files = Array(try object.required("files").members)
    #expect(files.compactMap(\.key.string) == (try FileSystem.names(inDirectory: out)))
    for file in files {
      #expect(
        FileSystem.kind(out + "/" + (file.key.string ?? "")) == .file(size: file.value.int ?? -1))
    }
    let matrices = Array(try object.required("matrices").elements)
    #expect(matrices.map { $0["role"]?.string } == ["input", "output"])
    for matrix in matrices {
      let parts = ["copied", "rebuilt", "fallback", "padding"].compactMap { matrix[$0]?.int }
      #expect(parts.count == 4 && parts.reduce(0, +) == matrix["rows"]?.int)
    }
    #expect(object["shared"]?["bytes"]?.int == 276 && object["shared"]?["role"]?.int == 2)
    // But for where it was written, the dry run knew all of it.
    let planned = try JSON(parsing: dry.output, source: "output")
    for member in planned.members {
      #expect(object[member.key.string ?? ""]?.text == member.value.text)
    }
    #expect(planned["directory"] == nil && planned["files"] == nil)
  }

  @Test("Options reach the result", arguments: ["--pad-to", "--vocab-size"])
  func sizes(option: String) throws {
    let result = try transplant(
      "-k", "3", option, "512", "--selection", "mergekit", "--memory", "1G")
    #expect(result.status == 0)
    #expect(try ModelDirectory(out).vocabularyTensors.rows == 512)
    let manifest = try JSON(parsing: FileSystem.read(out + "/graft.json"), source: "graft.json")
    #expect(manifest["options"]?["k"]?.int == 3)
    #expect(manifest["options"]?["selection"]?.string == "mergekit")
  }

  @Test("--anchors bounds the shared tokens that rows are made of, and is written down")
  func anchors() throws {
    func sources(_ arguments: String...) throws -> (limit: Int?, tokens: Set<Int>) {
      let result = try ChildProcess.run(
        [ChildProcess.graft, "transplant", base, donor, out, "-k", "3", "--force"] + arguments)
      #expect(result.status == 0)
      let manifest = try JSON(parsing: FileSystem.read(out + "/graft.json"), source: "graft.json")
      let matrix = Array(try manifest.required("matrices").elements)[0]
      let rows = Array(try matrix.required("rows").elements)
      let tokens = rows.flatMap { row in row["anchors"].map { Array($0.elements) } ?? [] }
      return (manifest["options"]?["anchorLimit"]?.int, Set(tokens.compactMap(\.int)))
    }
    let all = try sources()
    let few = try sources("--anchors", "12")
    #expect(all.limit == nil && all.tokens.count > 12)
    #expect(few.limit == 12 && (3...12).contains(few.tokens.count))
  }

  @Test("What stands at OUT stays without --force and is replaced with it")
  func force() throws {
    try directory.write("out", "precious")
    let refused = try transplant("-k", "4")
    #expect(refused.status != 0 && refused.errorText.contains("--force"))
    #expect(try FileSystem.read(out) == Array("precious".utf8))
    #expect(try transplant("-k", "4", "--force").status == 0)
    #expect(try names() == ["base", "donor", "out"])
    #expect(try ChildProcess.graft("verify", out).status == 0)
  }

  @Test(
    "What cannot be done ends with status 1, says why, and leaves nothing behind",
    arguments: [
      (["-k", "11"], "10 dimensions"), (["-k", "4", "--anchors", "3"], "only 3 atoms"),
      (["--vocab-size", "5"], "too small"),
      (["--vocab-size", "9999999999"], "at most"),
      (["--pad-to", "9223372036854775807"], "at most"),
    ])
  func refusals(arguments: [String], complaint: String) throws {
    let result = try ChildProcess.run(
      [ChildProcess.graft, "transplant", base, donor, out] + arguments)
    #expect(result.status == 1)
    #expect(result.errorText.contains(complaint), "\(result.errorText)")
    #expect(result.output.isEmpty)
    #expect(try names() == ["base", "donor"])
  }

  @Test("A destination in a directory that is missing or is a file ends with status 1")
  func impossibleDestination() throws {
    for parent in [directory("missing"), base + "/config.json"] {
      let result = try ChildProcess.graft("transplant", base, donor, parent + "/out", "-k", "4")
      #expect(result.status == 1 && result.errorText.contains(parent))
    }
    #expect(try names() == ["base", "donor"])
  }

  @Test("A disk that is full leaves nothing behind", arguments: [0, 8, 24, 40])
  func fullDisk(blocks: Int) throws {
    // A limit on the size of files, in blocks of 512 bytes, stands for the disk.
    let script = "ulimit -f \(blocks); trap '' XFSZ; exec \"$@\""
    let process = try ChildProcess(
      [
        "/bin/sh", "-c", script, "sh", ChildProcess.graft, "transplant", base, donor, out, "-k",
        "4",
      ])
    // The program's own messages go to files too.
    let result = try process.wait()
    #expect(result.status == 1)
    if blocks > 0 { #expect(result.errorText.contains("cannot write to")) }
    #expect(try names() == ["base", "donor"])
  }

  // MARK: verify

  @Test("verify lists problems and ends with status 1 when there are any")
  func verify() throws {
    let sound = try ChildProcess.graft("verify", PackageFiles.exampleDonor)
    #expect(sound.status == 0 && sound.text.contains("no problems"))
    var fixture = ModelFixture(seed: 3, words: [])
    fixture.vocabularySize = fixture.rows + 1
    fixture.fixedRows = [9: [Float](repeating: 0, count: fixture.dimension)]
    let damaged = try fixture.write(to: directory("damaged"))
    let expected = ModelVerification(damaged).problems
    #expect(expected.count == 3)
    let text = try ChildProcess.graft("verify", damaged)
    #expect(text.status == 1)
    #expect(text.lines == expected.map { "problem: \($0)" })
    let json = try ChildProcess.graft("verify", "--json", damaged)
    #expect(json.status == 1)
    let object = try JSON(parsing: json.output, source: "output")
    #expect(object["sound"]?.bool == false)
    #expect(object["problems"].map { Array($0.elements).compactMap(\.string) } == expected)
    let fine = try ChildProcess.graft("verify", "--json", base)
    #expect(fine.status == 0)
    #expect(try JSON(parsing: fine.output, source: "output")["sound"]?.bool == true)
    #expect(try ChildProcess.graft("verify", directory("missing")).status == 1)
  }
}
