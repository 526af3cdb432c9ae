import Graft
import TestSupport
import Testing

/// `eval` as programs use it.
@Suite struct EvalCommandTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  private func object(_ result: ChildProcess.Result) throws -> JSON {
    #expect(result.status == 0 && result.lines.count == 1, "\(result.errorText)")
    return try JSON(parsing: result.output, source: "output")
  }

  @Test func `eval --json prints one object with the numbers of the text`() throws {
    let text = "In the beginning God created the heaven and the earth.\n"
    let file = try directory.write("text", text + "\0" + text + "\0")
    let model = PackageFiles.exampleBase
    let single = try object(
      ChildProcess.graft("eval", model, "--text", file, "--separator", "nul", "--json"))
    #expect(single["documents"]?.int == 2 && single["bytes"]?.int == 2 * text.utf8.count)
    let bits = try #require(single["bitsPerByte"]?.double)
    let nats = try #require(single["nats"]?.double)
    #expect(bits > 0.3 && bits < 2 && abs(nats / 0.6931472 / 110 - bits) < 1e-4)
    let tokens = try #require(single["tokens"]?.int)
    #expect(
      abs(try #require(single["tokensPerByte"]?.double) - Double(tokens) / 110) < 1e-9)
    #expect(try #require(single["top1"]?.double) > 0.2)
    // The same documents from two files, whatever the order of the arguments.
    let half = try directory.write("half", text)
    let double = try object(ChildProcess.graft("eval", "--text", half, model, half, "--json"))
    #expect(double["bitsPerByte"]?.text == single["bitsPerByte"]?.text)
  }

  @Test func `eval compares with a model before a change, and with what its rows can reach`() throws
  {
    let (base, donor) = (PackageFiles.exampleBase, PackageFiles.exampleDonor)
    let text = try FileSystem.read(PackageFiles.exampleText).prefix(3000)
    let file = try directory.write("text", text)
    let arguments = ["eval", donor, "--text", file, "--separator", "blank-line", "--before", base]
    let json = try object(ChildProcess.run([ChildProcess.graft] + arguments + ["--json"]))
    let own = try object(
      ChildProcess.graft(
        "eval", base, "--text", file, "--separator", "blank-line", "--json", "--jobs", "1"))
    #expect(json["before"]?["bitsPerByte"]?.text == own["bitsPerByte"]?.text)
    let cuts = try #require(json["targetCuts"]?["bitsPerByte"]?.double)
    #expect(cuts >= (own["bitsPerByte"]?.double ?? 9))
    #expect(json["targetCuts"]?["bytes"]?.int == json["bytes"]?.int)
    let lines = try ChildProcess.run([ChildProcess.graft] + arguments).lines
    #expect(lines.count == 3 && lines.allSatisfy { $0.contains("bits per byte") })
  }

  @Test func `What cannot be measured ends with status 1 and says why`() throws {
    let model = PackageFiles.exampleBase
    let bad = try directory.write("bad", [0x61, 0xFF])
    let empty = try directory.write("empty", "")
    for (arguments, complaint) in [
      ([model, "--text", bad], "bad: the text is not UTF-8 at byte 1"),
      ([model, "--text", empty], "no text"), ([directory.path, "--text", bad], "not UTF-8"),
      ([directory("missing"), "--text", PackageFiles.exampleText], "missing/config.json"),
      ([model, "--text", directory("nothing")], "nothing"),
    ] {
      let result = try ChildProcess.run([ChildProcess.graft, "eval"] + arguments)
      #expect(result.status == 1 && result.output.isEmpty)
      #expect(result.errorText.contains(complaint), "\(result.errorText)")
    }
    #expect(try ChildProcess.graft("eval", model).status == 64)
    #expect(try ChildProcess.graft("eval", model, "--text", bad, "--context", "1").status == 64)
  }
}
