import Graft
import TestSupport
import Testing

/// `merge` and `eval --dynamic` as programs use them.
@Suite struct MergeCommandTests {
  @Test func `merge prints an object per text, with an error in the place of what is none`() throws
  {
    let result = try ChildProcess.graft(
      "merge", "-t", PackageFiles.exampleBase, "--format", "jsonl", "--word-level",
      input: """
        {"text":"unlikely, unlikely"}
        {"text":"\\ud800"}
        {"text":""}
        {}

        """)
    #expect(result.status == 1)
    let lines = try result.lines.map { try JSON(parsing: Array($0.utf8), source: "output") }
    #expect(lines.count == 4)
    #expect(
      lines[0]["tokens"]?.elements.compactMap(\.string).suffix(3) == ["unlikely", ",", "Ġunlikely"])
    #expect(lines[1]["error"] != nil && lines[3]["error"] != nil)
    #expect(lines[2]["tokens"]?.kind == .array)
  }

  @Test func `merge has nothing to say of no input`() throws {
    let result = try ChildProcess.graft("merge", "-t", PackageFiles.exampleBase)
    #expect(result.status == 0 && result.output.isEmpty, "\(result.errorText)")
  }

  @Test func `merge writes a directory with rows and statistics by language`() throws {
    let folder = try TemporaryDirectory()
    let english = try folder.write("en.txt", "unlikely things\nunlikely times\n")
    let other = try folder.write("xx.txt", "likelihood\n")
    let command = [
      ChildProcess.graft, "merge", "--model", PackageFiles.exampleBase, "--word-level", "--json",
      "--output", folder("merged"), english, other,
    ]
    let result = try ChildProcess.run(command)
    #expect(result.status == 0, "\(result.errorText)")
    let statistics = try JSON(parsing: result.output, source: "output")
    #expect(statistics["languages"]?["en"]?["texts"]?.int == 2)
    #expect(statistics["languages"]?["xx"]?["texts"]?.int == 1)
    let file = try SafetensorsFile(folder("merged/dynamic-embeddings.safetensors"))
    #expect(file["gather_starts"]?.shape == [4])
    // What is there is not replaced unasked.
    #expect(try ChildProcess.run(command).status == 64)
    let donorless = try ChildProcess.graft(
      "merge", "--model", PackageFiles.exampleBase, "--method", "omp-4", "--output",
      folder("other"), english)
    #expect(donorless.status == 1 && donorless.errorText.contains("donor"))
    #expect(FileSystem.kind(folder("other")) == nil)
  }

  @Test(arguments: [
    ["merge", "--merges", "3", "--word-level"], ["merge", "--reduction", "101"],
    ["merge", "--batch-size", "0"], ["merge", "--model", "x"], ["merge", "--method", "magic"],
    ["eval", "x", "--text", "y", "--dynamic", "--prompt-share", "1"],
    ["eval", "x", "--text", "y", "--dynamic", "--reductions", "5,"],
  ])
  func `What cannot be meant is wrong usage`(_ arguments: [String]) throws {
    #expect(try ChildProcess.run([ChildProcess.graft] + arguments).status == 64)
  }

  @Test func `eval measures a model after merged prompts`() throws {
    let result = try ChildProcess.graft(
      "eval", PackageFiles.exampleBase, "--text", PackageFiles.exampleText, "--dynamic",
      "--context", "256", "--reductions", "0,100", "--json")
    #expect(result.status == 0, "\(result.errorText)")
    let report = try JSON(parsing: result.output, source: "output")
    let points = try report.required("points").expectArray()
    #expect(points.count == 2 && report["method"]?.string == "fvt")
    #expect(points[0]["merges"]?.int == 0)
    #expect(points[0]["tokens"]?.int == points[1]["tokens"]?.int)
    let (first, last) = (points[0]["promptTokens"]?.int ?? 0, points[1]["promptTokens"]?.int ?? 0)
    #expect(first > last && last > 0)
  }
}
