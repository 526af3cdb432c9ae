import Graft
import TestSupport
import Testing

/// `hypernet` and `transplant --hypernet` as programs use them.
@Suite struct HypernetCommandTests {
  private let directory: TemporaryDirectory
  private var network: String { directory("hypernet") }
  private var out: String { directory("out") }

  init() throws { directory = try TemporaryDirectory() }

  private func train(_ arguments: String...) throws -> ChildProcess.Result {
    try ChildProcess.run(
      [
        ChildProcess.graft, "hypernet", "train", PackageFiles.exampleBase, "--text",
        PackageFiles.exampleText, "--separator", "blank-line", "--output", network, "--hidden",
        "64",
        "--identity-steps", "1", "--composition-steps", "1", "--steps", "2", "--windows", "2",
        "--window-bytes", "200", "--vocab-size", "400",
      ] + arguments)
  }

  @Test func `A trained hypernetwork serves a transplant`() throws {
    let trained = try train("--json")
    #expect(trained.status == 0, "\(trained.errorText)")
    let report = try JSON(parsing: Array((trained.lines.last ?? "").utf8), source: "report")
    #expect(report["step"]?.int == 4)
    #expect(report["text"]?["predicted"]?.double != nil)
    #expect(
      try FileSystem.names(inDirectory: network) == ["config.json", "model.safetensors"])

    let result = try ChildProcess.graft(
      "transplant", PackageFiles.exampleBase, out, "--tokenizer", PackageFiles.exampleDonor,
      "--method", "hypernet", "--hypernet", network)
    #expect(result.status == 0 && result.text.contains("hypernet"), "\(result.errorText)")
    #expect(try ChildProcess.graft("verify", out).status == 0)

    let rows = directory("rows.safetensors")
    let predicted = try ChildProcess.graft(
      "hypernet", "predict", PackageFiles.exampleBase, network, "--tokenizer",
      PackageFiles.exampleDonor, "--output", rows, "--json")
    #expect(predicted.status == 0, "\(predicted.errorText)")
    let file = try SafetensorsFile(rows)
    #expect(Set(file.tensors.map(\.name)) == ["ids", "input", "output"])
  }

  @Test func `A training that is interrupted is saved and goes on to the same bits`() throws {
    let options = [
      "--text", PackageFiles.exampleText, "--hidden", "64", "--steps", "0", "--identity-steps",
      "24", "--composition-steps", "0", "--report-every", "1", "--output",
    ]
    let command = [ChildProcess.graft, "hypernet", "train", PackageFiles.exampleBase]
    let process = try ChildProcess(command + options + [network])
    // The first checkpoint says that work is under way.
    for _ in 0..<6000 where !FileSystem.isFile(network + "/training.json") {
      ChildProcess.sleep(microseconds: 10_000)
    }
    process.send(Signal.interrupt)
    let interrupted = try process.wait()
    // A quick machine may have finished before the signal.
    guard interrupted.status != 0 else { return }
    #expect(interrupted.status == 1 && interrupted.errorText.contains("--resume"))
    #expect(FileSystem.isFile(network + "/training.json"))
    #expect(try ChildProcess.run(command + options + [network, "--resume"]).status == 0)
    #expect(try ChildProcess.run(command + options + [out]).status == 0)
    let name = "/model.safetensors"
    #expect(try FileSystem.read(network + name) == FileSystem.read(out + name))
  }

  @Test func `What cannot be used is refused in a sentence`() throws {
    let empty = try directory.write("empty.txt", "")
    let training = try ChildProcess.graft(
      "hypernet", "train", PackageFiles.exampleBase, "--text", empty, "--output", network)
    #expect(training.status == 1)
    #expect(FileSystem.kind(network) == nil)
    let wrong = try ChildProcess.graft(
      "transplant", PackageFiles.exampleBase, out, "--tokenizer", PackageFiles.exampleDonor,
      "--method", "hypernet", "--hypernet",
      PackageFiles.path("Tests/Fixtures/hypernetworks/separate"))
    #expect(wrong.status == 1 && wrong.errorText.contains("n_embd"))
    let missing = try ChildProcess.graft(
      "transplant", PackageFiles.exampleBase, out, "--tokenizer", PackageFiles.exampleDonor,
      "--method", "hypernet")
    #expect(missing.status == 1 && missing.errorText.contains("--hypernet"))
  }
}
