import ByteIO
import Tensors
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import WordPooling

@Suite struct PooledBatchTests {
  private func batches(
    _ text: String, _ layout: PoolingLayout, rule: WordRule = .hierarchical, partLength: Int = .max,
    batchSize: Int = 65_536
  ) throws -> [PooledBatch] {
    var pooler = WordPooler(try rule.splitter(), layout, batchSize: batchSize)
    var result: [PooledBatch] = []
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      try pooler.append(Array(rest.prefix(partLength))) { result.append($0) }
      rest = rest.dropFirst(partLength)
    }
    try pooler.finish { result.append($0) }
    return result
  }

  @Test func `Rows have prefix slots, units and padding`() throws {
    var layout = PoolingLayout()
    layout.prefixSlots = 2
    let batch = try #require(batches("Hi, you\n", layout).first)
    #expect(batch.width == 6)
    #expect(batch.lengths == [3, 4, 1])
    #expect(
      batch.ids == [
        259, 260, 75, 108, 47, 0, 259, 260, 35, 124, 114, 120, 259, 260, 13, 0, 0, 0,
      ])
    #expect(batch.mask == [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0])
    #expect(batch.starts == [0, 3, 7])
    #expect(batch.byteLengths == [3, 4, 1])
  }

  @Test func `Long words are split between characters, truncated or replaced`() throws {
    var layout = PoolingLayout()
    layout.maximumUnits = 3
    func words(_ text: String) throws -> [[UInt8]] {
      try batches(text, layout).flatMap { batch in
        (0..<batch.count).map { batch.units(ofRow: $0).map { UInt8($0 - 3) } }
      }
    }
    // As hat-splitter's `split_with_limit`.
    let parts: [[UInt8]] = [
      Array("fü".utf8), Array("rs".utf8), [0xF0, 0x9F, 0x8C], [0x9D], [0x61],
    ]
    #expect(try words("fürs🌝a") == parts)
    layout.longWords = .truncate
    #expect(try batches("verylong", layout)[0].byteLengths == [8])
    layout.longWords = .replace(Array("@".utf8))
    let replaced = try words("ab verylong").map { String(decoding: $0, as: UTF8.self) }
    #expect(replaced == ["ab", "@"])
  }

  @Test(arguments: ["bytes", "characters", "tokens"])
  func `The text comes back from the rows, in whatever parts it arrived`(_ units: String) throws {
    var layout = PoolingLayout()
    switch units {
    case "bytes": layout.units = .bytes
    case "characters": layout.units = .characters
    default: layout.units = .tokens(try Tokenizer(contentsOf: PackageFiles.exampleBase))
    }
    layout.maximumUnits = 7
    var texts = RandomText(seed: 47)
    for rule in [WordRule.hierarchical, .unicode, .learnYourTokens(.paper)] {
      let text = (0..<40).map { _ in texts.next(upTo: 60) }.joined(separator: "\n")
      let made = try batches(text, layout, rule: rule, partLength: 100, batchSize: 64)
      #expect(try made.flatMap { try $0.text() } == Array(text.utf8))
      #expect(made.allSatisfy { $0.width == 7 })
      let whole = try batches(text, layout, rule: rule)
      #expect(made.flatMap(\.starts) == whole.flatMap(\.starts))
    }
  }

  @Test(arguments: PooledFiles.Format.allCases)
  func `Files hold what the batches have`(_ format: PooledFiles.Format) throws {
    let folder = try TemporaryDirectory()
    var layout = PoolingLayout()
    layout.prefixSlots = 1
    let made = try batches("One two three.", layout, batchSize: 2)
    let files = try PooledFiles(destination: folder("rows"), format: format, rule: "hat")
    for batch in made { try files.write(batch) }
    try files.finish()
    let description = try JSON(
      parsing: FileSystem.read(folder("rows/words.json")), source: "words.json")
    #expect(try description.int("words", in: 0...9) == 3)
    #expect(try description.required("shards").expectArray().count == 2)
    if format == .safetensors {
      let file = try SafetensorsFile(folder("rows/words-00000.safetensors"))
      #expect(file["ids"]?.shape == [2, made[0].width])
      #expect(file["mask"]?.elementType == .uint8)
    } else {
      let bytes = try FileSystem.read(folder("rows/words-00001.ids.npy"))
      let (ids, header) = (made[1].ids, bytes.count - 4 * made[1].ids.count)
      #expect(header > 0 && header % 64 == 0)
      for (index, id) in ids.enumerated() {
        #expect(bytes[header + 4 * index] == UInt8(truncatingIfNeeded: id))
      }
    }
  }
}
