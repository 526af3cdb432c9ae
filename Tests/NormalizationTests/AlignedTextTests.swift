import TestSupport
import Testing

@testable import Normalization

/// Where the bytes of a changed text come from.
@Suite struct AlignedTextTests {
  /// A text as scalars with their original ranges: what `AlignedText` must equal, made slowly.
  private struct SlowText: Equatable {
    var scalars: [(scalar: Unicode.Scalar, origin: Range<Int>)]

    init(_ scalars: [(scalar: Unicode.Scalar, origin: Range<Int>)]) { self.scalars = scalars }

    init(_ text: String, originalStart: Int) {
      var position = originalStart
      scalars = text.unicodeScalars.map { scalar in
        defer { position += UTF8.width(scalar) }
        return (scalar, position..<(position + UTF8.width(scalar)))
      }
    }

    init(_ text: AlignedText) {
      scalars = UTF8Scalars(text.bytes).map { ($0.scalar, text.originalRange(of: $0.range)) }
    }

    static func == (left: SlowText, right: SlowText) -> Bool {
      left.scalars.elementsEqual(right.scalars) { $0 == $1 }
    }
  }

  /// Applies a change to random texts and to their slow twins.
  private func compare(
    seed: UInt64, _ change: (inout AlignedText) throws -> Void,
    with slowChange: (SlowText) -> SlowText
  ) rethrows {
    var texts = RandomText(seed: seed)
    for _ in 0..<500 {
      let text = texts.next(upTo: 20)
      var aligned = AlignedText(text.utf8, originalStart: 7)
      try change(&aligned)
      let slow = slowChange(SlowText(text, originalStart: 7))
      #expect(SlowText(aligned) == slow, "\(text.unicodeScalars.map(\.value))")
    }
  }

  // MARK: Ranges

  @Test("An unchanged text maps every range to itself, widened to whole characters")
  func mapsUnchanged() {
    var texts = RandomText(seed: 1)
    for _ in 0..<300 {
      let text = texts.next(upTo: 12)
      let aligned = AlignedText(text.utf8, originalStart: 5)
      let boundaries = [0] + UTF8Scalars(aligned.bytes).map(\.range.upperBound)
      #expect(aligned.isUnchanged)
      for start in 0...aligned.bytes.count {
        #expect(aligned.originalRange(of: start..<start) == (start + 5)..<(start + 5))
        for end in start..<aligned.bytes.count {
          let range = start..<(end + 1)
          let widened =
            boundaries.last { $0 <= range.lowerBound }!..<boundaries.first {
              $0 >= range.upperBound
            }!
          #expect(
            aligned.originalRange(of: range) == (widened.lowerBound + 5)..<(widened.upperBound + 5))
        }
      }
    }
  }

  private static let normalizers: [Normalizer] = [
    .nfc, .nfd, .nfkc, .nfkd, .lowercase, .stripAccents, .strip(left: true, right: true),
    .prepend("▁é"), .byteLevel, .replace(.literal(" "), with: "▁"),
    .replace(.regex(#"\s+"#), with: ""), .replace(.regex("[a-zé]"), with: "xyz"),
    .replace(.regex("(?=a)"), with: "<"),
  ]

  @Test("Whatever is done, every byte stands for whole characters of the original, in order")
  func staysInside() throws {
    var texts = RandomText(seed: 2)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<1500 {
      let count = Int.random(in: 1...3, using: &generator)
      let steps = (0..<count).compactMap { _ in Self.normalizers.randomElement(using: &generator) }
      let text = texts.next(upTo: 20)
      let start = Int.random(in: 0...3, using: &generator)
      var aligned = AlignedText(text.utf8, originalStart: start)
      try CompiledNormalizer(.sequence(steps)).normalize(&aligned)
      #expect(String(validating: aligned.bytes, as: UTF8.self) != nil)
      let boundaries = Set([0] + UTF8Scalars(Array(text.utf8)).map(\.range.upperBound))
      // Canonical ordering moves marks past each other; nothing else changes the order.
      let hasMarks = text.unicodeScalars.contains {
        $0.properties.canonicalCombiningClass != .notReordered
      }
      var last = start
      for (_, range) in UTF8Scalars(aligned.bytes) {
        let origin = aligned.originalRange(of: range)
        #expect(boundaries.contains(origin.lowerBound - start), "\(steps) of \(text)")
        #expect(boundaries.contains(origin.upperBound - start), "\(steps) of \(text)")
        for byte in range { #expect(aligned.originalRange(of: byte..<(byte + 1)) == origin) }
        if !hasMarks {
          #expect(origin.lowerBound >= last, "\(steps) of \(text)")
          last = origin.lowerBound
        }
      }
    }
  }

  @Test("A part of a text is that part with the same origins; joined parts are the text again")
  func cutsAndJoins() throws {
    var texts = RandomText(seed: 4)
    var generator = SeededGenerator(seed: 5)
    for round in 0..<500 {
      var text = AlignedText(texts.next(upTo: 20).utf8, originalStart: 3)
      if round % 2 == 0 { try CompiledNormalizer(.nfkd).normalize(&text) }
      var boundaries = UTF8Scalars(text.bytes).map(\.range.upperBound)
      boundaries = [0] + boundaries.filter { _ in Bool.random(using: &generator) }
      boundaries.append(text.bytes.count)
      let parts = zip(boundaries, boundaries.dropFirst()).map { text.part($0..<$1) }
      for (part, start) in zip(parts, boundaries) {
        for (scalar, range) in UTF8Scalars(part.bytes) {
          let whole = (range.lowerBound + start)..<(range.upperBound + start)
          #expect(String(scalar).utf8.elementsEqual(text.bytes[whole]))
          #expect(part.originalRange(of: range) == text.originalRange(of: whole))
        }
      }
      let joined = AlignedText.joined(
        parts.count, originalStart: 3, keepsOrigins: true, capacity: text.bytes.count
      ) { parts[$0] }
      #expect(SlowText(joined.text) == SlowText(text))
      #expect(
        joined.ranges
          == zip(boundaries, boundaries.dropFirst()).map { $0..<$1 }.filter {
            !$0.isEmpty
          })
    }
  }

  // MARK: Edits

  @Test("A dropped character leaves the origins of the others as they were")
  func filters() {
    let keep = { (scalar: Unicode.Scalar) in scalar.value % 3 != 0 }
    compare(seed: 6, { $0.filter(keep) }, with: { SlowText($0.scalars.filter { keep($0.scalar) }) })
  }

  @Test("White space is dropped at the chosen ends and nowhere else")
  func strips() {
    for (left, right) in [(true, false), (false, true), (true, true), (false, false)] {
      compare(
        seed: 7, { $0.strip(left: left, right: right) },
        with: { text in
          var scalars = text.scalars[...]
          while left, scalars.first?.scalar.properties.isWhitespace == true {
            scalars.removeFirst()
          }
          while right, scalars.last?.scalar.properties.isWhitespace == true { scalars.removeLast() }
          return SlowText(Array(scalars))
        })
    }
  }

  @Test("A prefix stands for what the first character stands for; an empty text gets none")
  func prepends() {
    compare(
      seed: 8, { $0.prepend("▁é") },
      with: { text in
        guard let first = text.scalars.first else { return text }
        return SlowText([("▁", first.origin), ("é", first.origin)] + text.scalars)
      })
  }

  @Test("A replacement stands for the last character that it replaces")
  func replaces() throws {
    let matcher = try TextMatcher(.regex("[a-z]+"))
    try compare(
      seed: 9, { try $0.replace(matcher, with: "é!") },
      with: { text in
        var result: [(scalar: Unicode.Scalar, origin: Range<Int>)] = []
        for (index, element) in text.scalars.enumerated() {
          let isMatch = ("a"..."z").contains(element.scalar)
          let next = index + 1 < text.scalars.count ? text.scalars[index + 1].scalar : nil
          if !isMatch { result.append(element) }
          if isMatch, !(next.map { ("a"..."z").contains($0) } ?? false) {
            result += [("é", element.origin), ("!", element.origin)]
          }
        }
        return SlowText(result)
      })
  }

  @Test(
    "Each byte becomes its character of the byte alphabet, which stands for the byte's character")
  func spellsBytes() {
    compare(
      seed: 10, { $0.spellBytes() },
      with: { text in
        SlowText(
          text.scalars.flatMap { element in
            String(element.scalar).utf8.map { (ByteAlphabet.scalar(for: $0), element.origin) }
          })
      })
  }

  @Test("Lower-casing is without context, and what a character grows by stands for it too")
  func lowercases() {
    compare(
      seed: 11, { $0.lowercase() },
      with: { text in
        SlowText(
          text.scalars.flatMap { element in
            element.scalar.properties.lowercaseMapping.unicodeScalars.map { ($0, element.origin) }
          })
      })
    var text = AlignedText("ΑΣ İX".utf8)
    text.lowercase()
    #expect(text.bytes == Array("ασ i\u{307}x".utf8))
    #expect(text.originalRange(of: 6..<8) == 5..<7)
  }

  @Test("Removing accents drops marks after a decomposition, and only then")
  func stripsAccents() throws {
    func normalized(_ normalizer: Normalizer, _ text: String) throws -> String {
      var aligned = AlignedText(text.utf8)
      try CompiledNormalizer(normalizer).normalize(&aligned)
      return String(decoding: aligned.bytes, as: UTF8.self)
    }
    #expect(try normalized(.stripAccents, "é e\u{301}").utf8.elementsEqual("é e".utf8))
    #expect(try normalized(.sequence([.nfd, .stripAccents]), "éÅñ ạ̈") == "eAn a")
  }

  @Test("No normalizer and an empty sequence leave every text as it is")
  func recognizesIdentity() throws {
    #expect(try CompiledNormalizer(nil).isIdentity)
    #expect(try CompiledNormalizer(.sequence([])).isIdentity)
    #expect(try !CompiledNormalizer(.sequence([.nfc])).isIdentity)
  }
}
