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

  @Test("A shipped vocabulary is found by its name from any directory")
  func findsShipped() throws {
    let byPath = try ids(PackageFiles.exampleDonor)
    #expect(byPath.status == 0)
    #expect(try ids("example-donor").output == byPath.output)
  }

  @Test("A Hub id is found in the local cache, in the snapshot of its main branch")
  func findsInHubCache() throws {
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

  @Test("A name that stands for nothing is refused, with the places that were searched")
  func refusesUnknown() throws {
    let home = try TemporaryDirectory()
    let unknown = try ids("owner/other", hubHome: home.path)
    #expect(unknown.status == 1)
    #expect(unknown.errorText.contains("models--owner--other"))
    #expect(try ids("../secrets/x", hubHome: home.path).status == 1)
  }
}
