import TestSupport
import Testing

@testable import Normalization

/// Scalars of UTF-8 texts, GPT-2's byte alphabet, and the classes of characters.
@Suite struct ScalarTests {
  @Test("The byte alphabet is a bijection between bytes and visible characters")
  func spellsEveryByte() {
    let scalars = (UInt8.min...UInt8.max).map(ByteAlphabet.scalar)
    #expect(Set(scalars).count == 256)
    for (byte, scalar) in zip(UInt8.min...UInt8.max, scalars) {
      #expect(ByteAlphabet.byte(for: scalar) == byte)
      #expect(!scalar.properties.isWhitespace && scalar.value > 0x20 && scalar != "\u{7F}")
    }
    let others = (UInt32(0)...0x10FFFF).lazy.compactMap(Unicode.Scalar.init).filter {
      !scalars.contains($0)
    }
    #expect(others.prefix(1000).allSatisfy { ByteAlphabet.byte(for: $0) == nil })
    #expect(ByteAlphabet.byte(for: "\u{10FFFF}") == nil)
  }

  @Test("The byte alphabet is GPT-2's")
  func spellsAsGPT2() {
    let spelled: [(UInt8, Unicode.Scalar)] = [
      (0x00, "Ā"), (0x0A, "Ċ"), (0x20, "Ġ"), (0x21, "!"), (0x7E, "~"), (0x7F, "ġ"), (0xA0, "ł"),
      (0xA1, "¡"), (0xAD, "Ń"), (0xFF, "ÿ"),
    ]
    for (byte, scalar) in spelled { #expect(ByteAlphabet.scalar(for: byte) == scalar) }
    var bytes: [UInt8] = []
    #expect(ByteAlphabet.decode(utf8: Array("ĠÃ©".utf8)[...], into: &bytes))
    #expect(bytes == Array(" é".utf8))
    for other in ["Ġ ", "日"] {
      #expect(!ByteAlphabet.decode(utf8: Array(other.utf8)[...], into: &bytes))
    }
  }

  @Test("Scalars and their ranges are the Swift library's")
  func readsScalars() {
    var texts = RandomText(seed: 1)
    for _ in 0..<500 {
      let text = texts.next(upTo: 30)
      let bytes = Array("é".utf8) + Array(text.utf8)
      let scalars = Array(UTF8Scalars(bytes[2...]))
      #expect(scalars.map(\.scalar) == Array(text.unicodeScalars))
      #expect(scalars.first.map(\.range.lowerBound) ?? 2 == 2)
      #expect(
        zip(scalars, scalars.dropFirst()).allSatisfy { $0.range.upperBound == $1.range.lowerBound })
      #expect(scalars.last.map(\.range.upperBound) ?? bytes.count == bytes.count)
    }
  }

  /// Characters that the reference's parts all know: the oldest has the tables of Unicode 8. Four that
  /// have changed their category since then are left out.
  @Test("Classes of old characters are those of the Swift library's properties")
  func classifies() {
    let changed: Set<UInt32> = [0x166D, 0x1CF2, 0x1CF3, 0x111C9]
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 8,
        !changed.contains(value), !(0xAC00...0xD7A3).contains(value),
        !(0x3400...0x9FFF).contains(value),
        !(0x20000...0x2FFFF).contains(value), scalar.properties.generalCategory != .privateUse
      else { continue }
      let properties = scalar.properties
      let category = properties.generalCategory
      let isMark = [.nonspacingMark, .spacingMark, .enclosingMark].contains(category)
      let name = "U+\(String(value, radix: 16))"
      #expect(ScalarProperties.isWhitespace(scalar) == properties.isWhitespace, "\(name)")
      #expect(ScalarProperties.isMark(scalar) == isMark, "\(name)")
      #expect(
        ScalarProperties.isNumeric(scalar)
          == [.decimalNumber, .letterNumber, .otherNumber].contains(category), "\(name)")
      #expect(
        ScalarProperties.isWord(scalar)
          == (properties.isAlphabetic || properties.isJoinControl || isMark
            || category == .decimalNumber || category == .connectorPunctuation),
        "\(name)")
      let isASCIISymbol =
        value < 0x80
        && [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol].contains(category)
      let isPunctuation = [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation,
      ].contains(category)
      #expect(ScalarProperties.isPunctuation(scalar) == (isPunctuation || isASCIISymbol), "\(name)")
    }
  }

  @Test("Each class has the characters of its own version of Unicode")
  func keepsVersions() {
    // A digit of Unicode 17, a mark of 10, punctuation of 9, and what was punctuation until 12.
    #expect(ScalarProperties.isNumeric("\u{11DE0}"))
    #expect(!ScalarProperties.isMark("\u{1DF6}") && ScalarProperties.isWord("\u{1DF6}"))
    #expect(!ScalarProperties.isPunctuation("\u{1E95E}"))
    #expect(ScalarProperties.isPunctuation("\u{166D}"))
  }

  @Test("Lower case is the Swift library's, but for what it makes of U+0130")
  func lowers() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 15
      else { continue }
      let lower = Array(scalar.properties.lowercaseMapping.unicodeScalars)
      #expect(LowercaseMapping.first(of: scalar) == lower.first, "U+\(String(value, radix: 16))")
      #expect(lower.count == 1 || value == 0x130)
    }
  }

  @Test("Grapheme clusters are the Swift library's characters")
  func findsClusters() {
    var texts = RandomText(seed: 2)
    for _ in 0..<500 {
      let text = texts.next(upTo: 40)
      let lengths = GraphemeClusters(Array(text.utf8)).map(\.count)
      #expect(lengths == text.map(\.utf8.count), "\(text.debugDescription)")
    }
    let long = "e" + String(repeating: "\u{301}", count: 5000)
    #expect(Array(GraphemeClusters(Array((long + "a").utf8))) == [0..<10001, 10001..<10002])
  }
}
