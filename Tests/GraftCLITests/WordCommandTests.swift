import Graft
import TestSupport
import Testing

/// `split` and word-pooled tokenizers as programs use them.
@Suite struct WordCommandTests {
  @Test func `split prints words, or objects with words and offsets`() throws {
    let words = try ChildProcess.graft("split", input: "don't stop\n")
    #expect(words.lines == ["don'", "t", "·stop", "⏎"], "\(words.errorText)")
    let objects = try ChildProcess.graft(
      "split", "--rule", "unicode", "--format", "jsonl", input: "{\"text\":\"é, b\"}\n{}\n")
    #expect(objects.status == 1)
    #expect(
      objects.lines.first == #"{"words":["é",","," ","b"],"offsets":[[0,2],[2,3],[3,4],[4,5]]}"#)
  }

  @Test func `split writes rows that a description explains`() throws {
    let folder = try TemporaryDirectory()
    let text = try folder.write("text", "One two.\nThree")
    let result = try ChildProcess.graft(
      "split", "--max-units", "4", "--prefix-slots", "1", "--output", folder("rows"), text)
    #expect(result.status == 0, "\(result.errorText)")
    let description = try JSON(
      parsing: FileSystem.read(folder("rows/words.json")), source: "words.json")
    #expect(description["words"]?.int == 6 && description["units"]?.string == "bytes")
    let file = try SafetensorsFile(folder("rows/words-00000.safetensors"))
    #expect(file["ids"]?.shape == [6, 5])
  }

  @Test func `Words are tokens for inspect and count`() throws {
    let count = try ChildProcess.graft("count", "-t", "words:hat", input: "Hello, big world!")
    #expect(count.lines == ["3"], "\(count.errorText)")
    let other = try ChildProcess.graft(
      "count", "-t", "words:" + PackageFiles.exampleBase, input: "Hello, big world!")
    #expect(other.lines == ["5"], "\(other.errorText)")
    let pieces = try ChildProcess.graft("inspect", "-t", "words:hat", "--json", "ab cd")
    let object = try JSON(parsing: pieces.output, source: "output")
    #expect(
      try object.required("pieces").expectArray().map { $0["token"]?.string } == ["ab", " cd"])
  }
}
