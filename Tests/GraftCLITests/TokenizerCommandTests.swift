import Graft
import TestSupport
import Testing

/// `encode`, `decode`, `count` and `inspect` as programs use them.
@Suite struct TokenizerCommandTests {
  private static let base = PackageFiles.exampleBase
  private static let texts = [
    "In the beginning God created the heaven and the earth.", "", " ", "a",
    "naïve café – 你好 🙂\u{1F469}\u{200D}\u{1F4BB}",
    "line one\nline two\r\n\ttabbed  \"quoted\" \\ back", "before<|eos|>after <|bos|>",
    "e\u{301} \u{0} \u{7F}",
  ]

  private func jsonl(_ texts: [String]) -> String {
    texts.map { "{\"id\":7,\"text\":\(JSONText.string($0)),\"more\":{\"text\":1}}\n" }.joined()
  }

  private func objects(_ result: ChildProcess.Result) throws -> [JSON] {
    try result.lines.map { try JSON(parsing: Array($0.utf8), source: "output") }
  }

  private func ints(_ json: JSON?) -> [Int] {
    json.map { Array($0.elements).compactMap(\.int) } ?? []
  }

  private func ranges(_ json: JSON?) -> [[Int]] { json.map { Array($0.elements).map(ints) } ?? [] }

  // MARK: encode

  @Test(
    "encode gives an object per line, in order, with what the library gives",
    arguments: [true, false])
  func encode(addsSpecialTokens: Bool) throws {
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    var arguments = ["encode", "-t", Self.base, "--format", "jsonl"]
    if !addsSpecialTokens { arguments.append("--no-special-tokens") }
    let result = try ChildProcess.run([ChildProcess.graft] + arguments, input: jsonl(Self.texts))
    #expect(result.status == 0 && result.errors.isEmpty)
    let objects = try objects(result)
    #expect(objects.count == Self.texts.count)
    for (object, text) in zip(objects, Self.texts) {
      let encoding = try tokenizer.encode(text, addSpecialTokens: addsSpecialTokens)
      #expect(Array(object.members).compactMap(\.key.string) == ["ids", "tokens", "offsets"])
      #expect(ints(object["ids"]) == encoding.ids.map(Int.init))
      #expect(
        object["tokens"].map { Array($0.elements).compactMap(\.utf8) } == encoding.tokens)
      #expect(ranges(object["offsets"]) == encoding.offsets.map { [$0.lowerBound, $0.upperBound] })
      // The offsets cover the text from front to back.
      let covering = zip(encoding.offsets, encoding.isSpecial).filter { !$0.1 }.map(\.0)
      #expect((covering.last?.upperBound ?? 0) == text.utf8.count)
    }
  }

  @Test("Offsets in scalars cut the same pieces as offsets in bytes")
  func offsetUnits() throws {
    func offsets(_ unit: String) throws -> [[[Int]]] {
      let result = try ChildProcess.graft(
        "encode", "-t", Self.base, "--format", "jsonl", "--offset-unit", unit,
        input: jsonl(Self.texts))
      return try objects(result).map { ranges($0["offsets"]) }
    }
    let (bytes, scalars) = (try offsets("byte"), try offsets("char"))
    #expect(bytes != scalars)
    for (text, (bytes, scalars)) in zip(Self.texts, zip(bytes, scalars)) {
      #expect(bytes.count == scalars.count)
      for (byteRange, scalarRange) in zip(bytes, scalars) {
        let utf8 = Array(text.utf8)[byteRange[0]..<byteRange[1]]
        let part = Array(text.unicodeScalars)[scalarRange[0]..<scalarRange[1]]
        #expect(part.flatMap { Array(UTF8.encode($0) ?? .init()) } == Array(utf8))
      }
    }
  }

  @Test("--fields chooses members, also in front of a file name")
  func fields() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("in.jsonl", jsonl(["one", "two"]))
    let whole = try ChildProcess.graft("encode", "-t", Self.base, "--format", "jsonl", file)
    let lists: [(value: String, keys: [String])] = [
      ("ids", ["ids"]), ("tokens", ["tokens"]), ("ids,offsets", ["ids", "offsets"]),
      ("offsets,tokens,ids", ["ids", "tokens", "offsets"]),
    ]
    for list in lists {
      let result = try ChildProcess.graft(
        "encode", "-t", Self.base, "--format", "jsonl", "--fields", list.value, file)
      #expect(result.status == 0, "\(result.errorText)")
      for (object, complete) in try zip(objects(result), objects(whole)) {
        #expect(Array(object.members).compactMap(\.key.string) == list.keys)
        for member in object.members {
          #expect(member.value.text == complete[member.key.string ?? ""]?.text)
        }
      }
    }
  }

  @Test("A line that cannot be processed becomes an error in its place, and the status is 1")
  func errorLines() throws {
    let bad = [
      "not json", "{}", "{\"text\":null}", "{\"text\":5}", "[\"text\"]", "", "{\"text\":\"a\"} x",
      "{\"text\":\"\\ud800\"}", "{\"text\":\"a\"",
    ]
    let lines = bad.flatMap { [$0, "{\"text\":\"good\"}"] }
    for arguments in [["encode"], ["encode", "--fields", "ids"]] {
      let result = try ChildProcess.run(
        [ChildProcess.graft] + arguments + ["-t", Self.base, "--format", "jsonl"],
        input: lines.joined(separator: "\n"))
      #expect(result.status == 1)
      let objects = try objects(result)
      #expect(objects.count == lines.count)
      for (index, object) in objects.enumerated() {
        let isBad = index % 2 == 0
        #expect((object["error"]?.string?.isEmpty == false) == isBad, "\(lines[index])")
        #expect((object["ids"] != nil) == !isBad)
        if isBad { #expect(object.count == 1) }
      }
    }
    // Bytes that are not UTF-8 spoil their line only.
    let process = try ChildProcess(
      [ChildProcess.graft, "encode", "-t", Self.base, "--format", "jsonl"],
      input: Array("{\"text\":\"".utf8) + [0xFF] + Array("\"}\n{\"text\":\"x\"}\n".utf8))
    let result = try process.wait()
    #expect(result.status == 1)
    #expect(try objects(result).map { $0["error"] != nil } == [true, false])
  }

  @Test("A tokenizer is a file or a directory, the input a file or standard input")
  func inputs() throws {
    let directory = try TemporaryDirectory()
    let file = try directory.write("in.jsonl", jsonl(Self.texts))
    let arguments = ["encode", "--format", "jsonl"]
    let results = try [
      ChildProcess.run(
        [ChildProcess.graft] + arguments + ["-t", Self.base], input: jsonl(Self.texts)),
      ChildProcess.run([ChildProcess.graft] + arguments + ["-t", Self.base, file]),
      ChildProcess.run(
        [ChildProcess.graft] + arguments + ["--tokenizer", Self.base + "/tokenizer.json", "-"],
        input: jsonl(Self.texts)),
    ]
    #expect(results.allSatisfy { $0.status == 0 })
    #expect(Set(results.map(\.output)).count == 1)
    #expect(results[0].lines.count == Self.texts.count)
  }

  @Test("Without a format the ids or tokens of the whole input stand on one line")
  func plainFormats() throws {
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    let text = "Hello, world!\nAnd again."
    let encoding = try tokenizer.encode(text)
    let ids = try ChildProcess.graft("encode", "-t", Self.base, input: text)
    #expect(ids.text == encoding.ids.map(String.init).joined(separator: " ") + "\n")
    let tokens = try ChildProcess.graft(
      "encode", "-t", Self.base, "--format", "tokens", input: text)
    let spelled = encoding.tokens.map { String(decoding: $0, as: UTF8.self) }
    #expect(tokens.text == spelled.joined(separator: " ") + "\n")
  }

  // MARK: decode

  @Test("decode gives back what encode was given")
  func roundTrip() throws {
    let encoded = try ChildProcess.graft(
      "encode", "-t", Self.base, "--no-special-tokens", "--format", "jsonl",
      input: jsonl(Self.texts))
    let decoded = try ChildProcess.graft(
      "decode", "-t", Self.base, "--format", "jsonl", input: encoded.text)
    #expect(decoded.status == 0)
    #expect(
      try objects(decoded).map { $0["text"]?.utf8 } == Self.texts.map { Array($0.utf8) })
    #expect(try objects(decoded).allSatisfy { $0.count == 1 })
  }

  @Test("decode leaves special tokens out where it is asked to, and reports bad lines in place")
  func decodeLines() throws {
    let input = """
      {"ids":[0,72,1]}
      {"ids":"72"}
      {"ids":[-1]}
      {"ids":[1.5]}
      {"ids":[99999999999]}
      {}
      {"ids":[],"other":1}
      """
    let result = try ChildProcess.graft(
      "decode", "-t", Self.base, "--skip-special-tokens", "--format", "jsonl", input: input)
    #expect(result.status == 1)
    let objects = try objects(result)
    #expect(
      objects.map { $0["error"] != nil } == [false, true, true, true, true, true, false])
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    #expect(objects[0]["text"]?.string == (try tokenizer.decode([72])))
    #expect(objects[6]["text"]?.string == "")
    let kept = try ChildProcess.graft("decode", "-t", Self.base, input: "0 72\n1\n")
    #expect(kept.text == (try tokenizer.decode([0, 72, 1])) + "\n")
    #expect(kept.text.contains("<|bos|>") && kept.text.contains("<|eos|>"))
  }

  @Test("An id that is none is bad input, not wrong usage")
  func decodeBadWord() throws {
    let result = try ChildProcess.graft("decode", "-t", Self.base, input: "1 two 3")
    #expect(result.status == 1)
    #expect(result.errorText.contains("two"))
  }

  // MARK: count

  @Test("count counts the tokens of each input, without special tokens unless asked")
  func count() throws {
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    let directory = try TemporaryDirectory()
    let files = try [
      directory.write("a", "Hello, world!"), directory.write("b", "<|bos|>x"),
      directory.write("c", ""),
    ]
    let counts = try ["Hello, world!", "<|bos|>x", ""].map {
      try tokenizer.encode($0, addSpecialTokens: false).count
    }
    let several = try ChildProcess.run([ChildProcess.graft, "count", "-t", Self.base] + files)
    #expect(
      several.lines
        == zip(counts, files).map { "\($0)\t\($1)" } + ["\(counts.reduce(0, +))\ttotal"])
    let json = try ChildProcess.run(
      [ChildProcess.graft, "count", "--json", "-t", Self.base] + files)
    #expect(try objects(json).map { $0["tokens"]?.int } == counts)
    #expect(try objects(json).map { $0["file"]?.string } == files)
    #expect(try objects(json).map { $0["bytes"]?.int } == [13, 8, 0])
    let input = try ChildProcess.graft("count", "-t", Self.base, input: "Hello, world!")
    #expect(input.text == "\(counts[0])\n")
  }

  @Test("Text that is not UTF-8 is bad input", arguments: ["count", "encode", "inspect"])
  func invalidUTF8(verb: String) throws {
    let result = try ChildProcess(
      [ChildProcess.graft, verb, "-t", Self.base], input: [0x61, 0xFF]
    ).wait()
    #expect(result.status == 1)
    #expect(result.output.isEmpty && result.errorText.contains("UTF-8"))
  }

  // MARK: inspect

  @Test("inspect is plain where no terminal reads it, and shows every piece")
  func inspect() throws {
    let text = "In the beginning\n\t你\u{1B}[31m"
    let tokenizer = try Tokenizer(contentsOf: Self.base)
    let encoding = try tokenizer.encode(text)
    for arguments in [[text], []] {
      let result = try ChildProcess.run(
        [ChildProcess.graft, "inspect", "-t", Self.base] + arguments, input: text)
      #expect(result.status == 0)
      #expect(!result.output.contains(0x1B))
      #expect(result.lines.count == encoding.count + 1)
      for (line, id) in zip(result.lines, encoding.ids) {
        #expect(line.split(separator: " ").contains("\(id)"))
      }
      #expect(
        result.lines.last?.hasPrefix("\(encoding.count) tokens, \(text.utf8.count) bytes") == true)
    }
  }

  @Test("inspect --json has the pieces of the text")
  func inspectJSON() throws {
    let text = "naïve 🙂 café"
    let result = try ChildProcess.graft(
      "inspect", "--json", "--no-special-tokens", "-t", Self.base, text)
    let object = try JSON(parsing: result.output, source: "output")
    #expect(object["bytes"]?.int == text.utf8.count)
    let encoding = try Tokenizer(contentsOf: Self.base).encode(text, addSpecialTokens: false)
    let pieces = Array(try object.required("pieces").elements)
    #expect(pieces.map { $0["id"]?.int } == encoding.ids.map { Int($0) })
    #expect(pieces.map { $0["token"]?.utf8 } == encoding.tokens)
    for piece in pieces {
      let range = ints(piece["offsets"])
      #expect(piece["text"]?.utf8 == Array(Array(text.utf8)[range[0]..<range[1]]))
    }
  }

  @Test func `compare counts the tokens of each tokenizer and marks the fewest`() throws {
    let folder = try TemporaryDirectory()
    let vocabulary = try folder.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\nb\n")
    let input = try folder.write("text", "a b é\n")
    let table = try ChildProcess.graft("compare", "-t", "bytes", "-t", vocabulary, input)
    #expect(table.status == 0, "\(table.errorText)")
    #expect(table.lines.first == "\(input): 7 bytes, 6 characters, 3 words")
    #expect(table.lines.last?.hasPrefix("* \(vocabulary)") == true)
    let objects = try objects(
      ChildProcess.graft("compare", "-t", "bytes", "-t", vocabulary, "--json", input))
    #expect(objects.map { $0["tokens"]?.int } == [7, 3])
    #expect(objects.map { $0["unknown"]?.int } == [0, 1])
    let shown = try ChildProcess.graft(
      "compare", "-t", "bytes", "-t", "words:hat", "--text", "ab c")
    #expect(shown.lines[1] == "  a|b|·|c" && shown.lines[3] == "  ab|·c", "\(shown.lines)")
    #expect(try ChildProcess.graft("compare", "-t", "bytes", input).status == 64)
  }
}
