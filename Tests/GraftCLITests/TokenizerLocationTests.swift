import Graft
import TestSupport
import Testing

/// What a person may give as the name of a tokenizer.
@Suite struct TokenizerLocationTests {
  /// The ids of a text by the tokenizer called `name`, with `HF_HOME` set.
  private func ids(_ name: String, hubHome: String = "/nonexistent") throws -> ChildProcess.Result {
    try ChildProcess.run(
      ["env", "HF_HOME=\(hubHome)", "HF_HUB_CACHE=", ChildProcess.graft, "encode", "-t", name],
      input: "In the beginning")
  }

  @Test func `A shipped vocabulary is found by its name from any directory`() throws {
    let byPath = try ids(PackageFiles.exampleDonor)
    #expect(byPath.status == 0)
    #expect(try ids("example-donor").output == byPath.output)
  }

  // MARK: Shipped vocabularies

  /// A copy of the program in a directory of its own, and copies of `vocabularies` at a place
  /// below the directory.
  private func installed(_ vocabularies: [String], at place: String?) throws -> TemporaryDirectory {
    let home = try TemporaryDirectory()
    try FileSystem.createDirectory(home("bin"))
    let copied = try ChildProcess.run(["cp", ChildProcess.graft, home("bin/graft")])
    #expect(copied.status == 0)
    guard let place else { return home }
    _ = try ChildProcess.run(["mkdir", "-p", home(place)])
    for name in vocabularies {
      _ = try ChildProcess.run(["cp", "-r", PackageFiles.path("vocabs/\(name)"), home(place)])
    }
    return home
  }

  @Test func `Without -t the default vocabulary encodes, counts, decodes and inspects`() throws {
    let text = "Default vocabularies, 12345 κόσμε 世界"
    let named = try ChildProcess.graft("encode", "-t", "graft-32k", input: text)
    let unnamed = try ChildProcess.graft("encode", input: text)
    #expect(named.status == 0 && unnamed.status == 0, "\(unnamed.errorText)")
    #expect(unnamed.output == named.output)
    #expect(try ChildProcess.graft("decode", input: unnamed.text).text == text + "\n")
    let count = unnamed.text.split { $0 == " " || $0 == "\n" }.count
    #expect(try ChildProcess.graft("count", input: text).text == "\(count)\n")
    #expect(try ChildProcess.graft("inspect", text).lines.count == count + 1)
  }

  @Test(arguments: ["bin/vocabs", "vocabs", "share/graft/vocabs"])
  func `An installed program finds the vocabularies beside it, above it and in share/graft`(
    place: String
  ) throws {
    let home = try installed(["graft-32k"], at: place)
    let expected = try ChildProcess.graft("encode", "-t", "graft-32k", input: "In the beginning")
    let result = try ChildProcess.run([home("bin/graft"), "encode"], input: "In the beginning")
    #expect(result.status == 0, "\(result.errorText)")
    #expect(result.output == expected.output)
    // A link elsewhere, as package managers and people set them.
    let links = try TemporaryDirectory()
    _ = try ChildProcess.run(["ln", "-s", home("bin/graft"), links("graft")])
    let linked = try ChildProcess.run([links("graft"), "encode"], input: "In the beginning")
    #expect(linked.output == expected.output)
  }

  @Test func `GRAFT_VOCABS says where vocabularies are, and comes first`() throws {
    let bare = try installed([], at: nil)
    let vocabularies = try TemporaryDirectory()
    try FileSystem.createDirectory(vocabularies("graft-32k"))
    try vocabularies.write(
      "graft-32k/tokenizer.json", FileSystem.read(PackageFiles.exampleBase + "/tokenizer.json"))
    let expected = try ids(PackageFiles.exampleBase)
    for program in [bare("bin/graft"), ChildProcess.graft] {
      let result = try ChildProcess.run(
        ["env", "GRAFT_VOCABS=\(vocabularies.path)", program, "encode"], input: "In the beginning")
      #expect(result.status == 0, "\(result.errorText)")
      #expect(result.output == expected.output)
    }
  }

  @Test func `A program without its vocabularies says where it looked and what to do`() throws {
    let bare = try installed([], at: nil)
    let result = try ChildProcess.run([bare("bin/graft"), "encode"], input: "text")
    #expect(result.status == 1)
    #expect(result.output.isEmpty)
    for word in ["graft-32k", "-t", "GRAFT_VOCABS"] {
      #expect(result.errorText.contains(word), "\(result.errorText)")
    }
  }

  @Test func `An unknown name is answered with the names that there are`() throws {
    let result = try ids("graft-33k")
    #expect(result.status == 1)
    for name in ["graft-33k", "graft-32k", "graft-wordpiece-16k", "example-donor"] {
      #expect(result.errorText.contains(name), "\(result.errorText)")
    }
    #expect(!result.errorText.contains("README"))
  }

  @Test func `A Hub id is found in the local cache, in the snapshot of its main branch`() throws {
    let home = try TemporaryDirectory()
    for directory in ["hub", "hub/models--owner--name", "hub/models--owner--name/refs"] {
      try FileSystem.createDirectory(home(directory))
    }
    try FileSystem.createDirectory(home("hub/models--owner--name/snapshots"))
    for (commit, example) in [
      ("aaa", PackageFiles.exampleBase), ("bbb", PackageFiles.exampleDonor),
    ] {
      let snapshot = "hub/models--owner--name/snapshots/\(commit)"
      try FileSystem.createDirectory(home(snapshot))
      try home.write(snapshot + "/tokenizer.json", FileSystem.read(example + "/tokenizer.json"))
    }
    try home.write("hub/models--owner--name/refs/main", "bbb\n")
    let found = try ids("owner/name", hubHome: home.path)
    #expect(found.status == 0)
    #expect(try found.output == ids(PackageFiles.exampleDonor).output)
  }

  @Test func `A name that stands for nothing is refused, with the places that were searched`()
    throws
  {
    let home = try TemporaryDirectory()
    let unknown = try ids("owner/other", hubHome: home.path)
    #expect(unknown.status == 1)
    #expect(unknown.errorText.contains("models--owner--other"))
    #expect(try ids("../secrets/x", hubHome: home.path).status == 1)
  }
}
