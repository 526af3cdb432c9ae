import Normalization
import TestSupport
import Testing

@testable import Tokenization

/// Decoders that write straight into one text, against those that go step by step.
@Suite struct DirectDecodingTests {
  private let decoders: [Decoder] = [
    .byteLevel, .fuse, .metaspace(replacement: "▁", prepend: .always),
    .metaspace(replacement: "▁", prepend: .never), .wordPiece(prefix: "##", cleanup: true),
    .wordPiece(prefix: "##", cleanup: false), .byteFallback,
    .sequence([.byteFallback, .fuse, .strip(" ", start: 2, stop: 1)]),
    .sequence([
      .replace(.literal("▁"), with: " "), .byteFallback, .fuse, .strip(" ", start: 1, stop: 0),
    ]),
    .sequence([.replace(.literal("a▁"), with: ""), .fuse, .strip("a", start: 3, stop: 3)]),
    .sequence([.byteLevel, .fuse, .strip("\u{FFFD}", start: 1, stop: 1)]),
    .sequence([.wordPiece(prefix: "##", cleanup: true), .fuse, .strip(" ", start: 1, stop: 1)]),
    .sequence([.metaspace(replacement: "▁", prepend: .first), .byteFallback]),
  ]

  @Test("Every decoder that can work directly makes the same of random tokens as step by step")
  func agreesWithSteps() throws {
    var generator = SeededGenerator(seed: 1)
    let parts = [
      "a", "▁", " ", "##", "Ġ", "Ã", "©", "日", ".", "n't", "<0xE6>", "<0x97>", "<0xA5>", "<0x20>",
      "<0xFF>",
    ].map { Array($0.utf8) }
    for decoder in decoders + [nil] {
      let compiled = try CompiledDecoder(decoder)
      #expect(compiled.direct != nil, "\(String(describing: decoder))")
      for _ in 0..<500 {
        let tokens: [[UInt8]] = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
          (0..<[1, 1, 1, 2, 3][Int.random(in: 0..<5, using: &generator)]).flatMap { _ in
            parts[Int.random(in: 0..<parts.count, using: &generator)]
          }
        }
        let slices = tokens.map { $0[...] }
        let direct = String(decoding: try compiled.decode(slices), as: UTF8.self)
        let stepwise = String(decoding: try compiled.decodeStepByStep(slices), as: UTF8.self)
        #expect(direct == stepwise, "\(String(describing: decoder)) \(tokens)")
      }
    }
  }

  @Test("A decoder that must see all texts goes step by step")
  func leavesOthers() throws {
    for decoder: Decoder in [
      .bpe(suffix: "</w>"),
      .sequence([.byteFallback, .metaspace(replacement: "▁", prepend: .always)]),
      .sequence([.strip(" ", start: 1, stop: 0), .fuse]), .bytes(dropsInvalid: true),
    ] {
      #expect(try CompiledDecoder(decoder).direct == nil)
    }
  }
}
