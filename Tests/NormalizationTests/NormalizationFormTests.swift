import ByteIO
@_spi(_Unicode) import Swift
import TestSupport
import Testing

@testable import Normalization

/// The four normalization forms, compared with Python's `unicodedata` and with the Swift library.
@Suite struct NormalizationFormTests {
  private func normalized(_ text: String, _ form: NormalizationForm) -> [UInt8] {
    var aligned = AlignedText(text.utf8)
    aligned.normalize(to: form)
    return aligned.bytes
  }

  private func utf8(_ scalars: some Sequence<Unicode.Scalar>) -> [UInt8] {
    scalars.flatMap { Array(String($0).utf8) }
  }

  /// The reference leaves characters alone that are younger than Unicode 9.
  private func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.age.map { $0.major <= 9 } ?? false
  }

  @Test("Younger characters stay as they are")
  func leavesYoungCharacters() {
    for text in ["\u{32FF}", "\u{1FBF3}", "\u{10781}", "a\u{1E2EC}\u{323}"] {
      #expect(normalized(text, .nfkd) == Array(text.utf8))
      #expect(normalized(text, .nfkc) == Array(text.utf8))
    }
  }

  @Test("All forms are those of Python's unicodedata")
  func agreesWithPython() throws {
    let path = PackageFiles.path("Tests/Fixtures/normalization.jsonl")
    let vectors = try JSONLines.parse(FileSystem.read(path), source: path)
    #expect(vectors.count > 200)
    let forms: [(String, NormalizationForm)] = [
      ("nfc", .nfc), ("nfd", .nfd), ("nfkc", .nfkc), ("nfkd", .nfkd),
    ]
    for vector in vectors {
      let text = try vector.string("text")
      guard text.unicodeScalars.allSatisfy(isKnown) else { continue }
      for (name, form) in forms {
        #expect(normalized(text, form) == vector[name]?.utf8, "\(name) of \(text)")
      }
    }
  }

  /// Unicode's stability policy keeps the forms of assigned characters, so the two libraries agree on
  /// those that both know, whatever their versions.
  @Test("The canonical form of every single character is the Swift library's")
  func agreesOnScalars() {
    for value in UInt32(0x80)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), let age = scalar.properties.age, age.major <= 12,
        scalar.properties.generalCategory != .privateUse
      else { continue }
      // Most characters have no other form; only the rest is worth the slow comparison.
      let text = String(scalar)
      let decomposed = utf8(text._nfd)
      if decomposed.elementsEqual(text.utf8), value > 0x3200 { continue }
      #expect(normalized(text, .nfd) == decomposed, "U+\(String(value, radix: 16))")
      #expect(normalized(text, .nfc) == utf8(text._nfc), "U+\(String(value, radix: 16))")
    }
  }

  @Test("The canonical forms of random texts are the Swift library's")
  func agreesOnTexts() {
    var texts = RandomText(seed: 1)
    for _ in 0..<2000 {
      let text = texts.next(upTo: 30)
      #expect(normalized(text, .nfd) == utf8(text._nfd), "\(text.unicodeScalars.map(\.value))")
      #expect(normalized(text, .nfc) == utf8(text._nfc), "\(text.unicodeScalars.map(\.value))")
    }
  }

  @Test("A normalized text is normalized already")
  func isIdempotent() {
    var texts = RandomText(seed: 2)
    for form in [NormalizationForm.nfc, .nfd, .nfkc, .nfkd] {
      for _ in 0..<300 {
        let once = normalized(texts.next(upTo: 30), form)
        #expect(normalized(String(decoding: once, as: UTF8.self), form) == once)
      }
    }
  }

  /// The offsets that Hugging Face's `NFC` and `NFD` give.
  @Test("A composed character stands for its first part, a decomposed one for the whole")
  func alignsComposition() {
    var composed = AlignedText("ae\u{301}z".utf8)
    composed.normalize(to: .nfc)
    #expect(composed.bytes == Array("aéz".utf8))
    #expect(composed.originalRange(of: 0..<1) == 0..<1)
    #expect(composed.originalRange(of: 1..<3) == 1..<2)
    #expect(composed.originalRange(of: 3..<4) == 4..<5)
    var decomposed = AlignedText("aéz".utf8)
    decomposed.normalize(to: .nfd)
    #expect(decomposed.bytes == Array("ae\u{301}z".utf8))
    #expect(decomposed.originalRange(of: 1..<2) == 1..<3)
    #expect(decomposed.originalRange(of: 2..<4) == 1..<3)
    #expect(decomposed.originalRange(of: 4..<5) == 3..<4)
  }
}
