import Graft

/// The example tokenizers that ship with graft.
func shippedTokenizer(_ name: String) throws -> Tokenizer {
  var root = #filePath
  for _ in 0..<6 { root = FileSystem.parent(root) }
  return try Tokenizer(contentsOf: root + "/vocabs/" + name)
}

/// Any text through a tokenizer: offsets lie inside the text, and what is decoded is what was
/// encoded.
struct EncodeTarget: Sendable {
  private let tokenizer: Tokenizer

  init() throws { tokenizer = try shippedTokenizer("example-donor") }

  func run(_ bytes: [UInt8]) {
    let text = String(decoding: bytes, as: UTF8.self)
    guard let encoding = try? tokenizer.encode(text, addSpecialTokens: false) else { return }
    for range in encoding.offsets { precondition(range.upperBound <= text.utf8.count) }
    let decoded = try? tokenizer.decode(encoding.ids)
    precondition(decoded.map { Array($0.utf8) == Array(text.utf8) } == true)
  }
}

/// Any ids, four bytes each, through decoders of every kind: a text or an error.
struct DecodeTarget: Sendable {
  private let tokenizers: [Tokenizer]

  init() throws {
    let byteLevel = try shippedTokenizer("example-donor")
    var tokenizers = [byteLevel]
    let decoders: [Decoder] = [
      .byteFallback, .sequence([.replace(.literal("▁"), with: " "), .byteFallback, .fuse]),
      .strip(" ", start: 1, stop: 2), .wordPiece(prefix: "##", cleanup: true), .bpe(suffix: "e"),
      .metaspace(replacement: "▁", prepend: .always),
      .ctc(padding: "a", wordDelimiter: "e", cleanup: true),
    ]
    for decoder in decoders {
      var definition = byteLevel.definition
      definition.decoder = decoder
      tokenizers.append(try Tokenizer(definition))
    }
    self.tokenizers = tokenizers
  }

  func run(_ bytes: [UInt8]) {
    var ids: [TokenID] = []
    for start in stride(from: 0, to: bytes.count - 1, by: 2) {
      let id = TokenID(bytes[start]) | TokenID(bytes[start + 1]) << 8
      // One value stands for an id that no vocabulary has.
      ids.append(id == 0xFFFF ? .max : id)
    }
    for tokenizer in tokenizers {
      for skips in [false, true] { _ = try? tokenizer.decode(ids, skipSpecialTokens: skips) }
    }
  }
}
