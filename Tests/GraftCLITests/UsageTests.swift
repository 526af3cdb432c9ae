import TestSupport
import Testing

/// Exit statuses, help, and what every verb has in common.
@Suite struct UsageTests {
  private static let verbs = [
    "encode", "decode", "count", "inspect", "compare", "split", "merge", "train", "convert",
    "transplant", "extend", "prune", "restore", "verify", "eval", "generate",
  ]

  @Test("The help of every verb shows two examples", arguments: verbs)
  func helpShowsExamples(verb: String) throws {
    let result = try ChildProcess.graft(verb, "--help")
    #expect(result.status == 0)
    let examples = result.lines.drop { !$0.contains("Examples:") }.dropFirst()
      .prefix { $0.hasPrefix("  ") && $0.contains("graft \(verb)") }
    #expect(examples.count >= 2, "\(result.text)")
  }

  @Test("Every verb is listed, and the version printed")
  func listsVerbs() throws {
    let help = try ChildProcess.graft("--help")
    #expect(help.status == 0)
    for verb in Self.verbs { #expect(help.text.contains("\n  \(verb) ")) }
    let version = try ChildProcess.graft("--version")
    #expect(version.status == 0)
    #expect(version.text.contains { $0.isNumber })
  }

  @Test(
    "Wrong usage ends with status 64 and says what is wrong on standard error",
    arguments: [
      ["nonsense"], ["encode", "-t"], ["encode", "-t", "x", "--format", "xml"],
      ["encode", "-t", "x", "--fields", "colour"], ["encode", "-t", "x", "--unknown"],
      ["transplant"], ["transplant", "a", "b"], ["transplant", "a", "b", "c", "--k", "0"],
      ["transplant", "a", "b", "c", "-k", "many"], ["transplant", "a", "b", "c", "--pad-to", "0"],
      ["transplant", "a", "b", "c", "--pad-to", "8", "--vocab-size", "8"],
      ["transplant", "a", "b", "c", "--anchors", "0"],
      ["transplant", "a", "b", "c", "--memory", "lots"], ["verify"], ["verify", "a", "b"],
    ])
  func wrongUsage(arguments: [String]) throws {
    let result = try ChildProcess.run([ChildProcess.graft] + arguments)
    #expect(result.status == 64)
    #expect(result.output.isEmpty)
    #expect(result.errorText.contains("Error:"))
  }

  @Test(
    "Bad input ends with status 1 and names the file",
    arguments: [
      ["encode", "-t", "/nowhere/model"], ["decode", "-t", "/nowhere/model"],
      ["count", "-t", "/nowhere/model"], ["inspect", "-t", "/nowhere/model", "text"],
      ["transplant", "/nowhere/model", "/nowhere/model", "/nowhere/out"],
      ["count", "-t", PackageFiles.exampleBase, "/nowhere/model"],
    ])
  func badInput(arguments: [String]) throws {
    let result = try ChildProcess.run([ChildProcess.graft] + arguments)
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    #expect(result.errorText.contains("/nowhere/model"))
  }
}
