internal import TestSupport
internal import Testing
internal import Tokenization

/// Offsets in every unit cut the same parts out of a text.
@Suite struct OffsetUnitTests {
  @Test("The parts of the text stay the same", arguments: ["example-base", "roberta", "wordpiece"])
  func agrees(name: String) throws {
    let tokenizer = try ManyTokenizers.open(name)
    for text in ManyTokenizers.texts(60, for: tokenizer, seed: 41) {
      let encoding = try tokenizer.encode(text)
      let bytes = encoding.offsets(in: .byte, of: text)
      #expect(bytes == encoding.offsets)
      #expect(
        encoding.offsets(in: .scalar, of: text) == ScalarOffsets.convert(bytes, in: text))
      let units = Array(text.utf16)
      let characters = Array(text)
      for (range, (short, wide)) in zip(
        bytes,
        zip(encoding.offsets(in: .utf16, of: text), encoding.offsets(in: .character, of: text)))
      {
        let part = String(decoding: Array(text.utf8)[range], as: UTF8.self)
        #expect(String(decoding: units[short], as: UTF16.self).utf8.elementsEqual(part.utf8))
        // Characters are taken whole.
        let whole = characters[wide].map(String.init).joined()
        #expect(part.isEmpty || Array(whole.utf8).count >= part.utf8.count)
        let start = characters[..<wide.lowerBound].map(\.utf8.count).reduce(0, +)
        #expect(start <= range.lowerBound)
        #expect(part.isEmpty || start + whole.utf8.count >= range.upperBound)
      }
    }
  }

  @Test("Tokens of a second text count in it")
  func pairs() throws {
    let tokenizer = try ManyTokenizers.open("roberta")
    let encoding = try tokenizer.encode("é a", pairedWith: "🙂 b", options: EncodingOptions())
    let scalars = encoding.offsets(in: .scalar, of: "é a", pairedWith: "🙂 b")
    #expect(scalars.max { $0.upperBound < $1.upperBound }?.upperBound == 3)
    let units = encoding.offsets(in: .utf16, of: "é a", pairedWith: "🙂 b")
    #expect(units.max { $0.upperBound < $1.upperBound }?.upperBound == 4)
  }
}
