internal import Normalization

/// How a text falls into units that SentencePiece's models encode independently: each word with the
/// spaces before it.
///
/// Where no piece has a space after anything else, no piece reaches over the beginning of a unit, so
/// that every way to cut the text into pieces cuts it there.
struct SpaceCutting: Sendable {
  /// Whether any number of spaces counts as one, and those at the ends as none.
  let collapses: Bool
  /// Whether a space is put in front of the text.
  let addsPrefix: Bool
  /// Brings a word that is not plain into its normal form, spaces unmarked; `nil` where that is the
  /// word.
  private let normalizer: SentencePieceNormalizer?
  /// Which bytes are spaces.
  private let isSpace: ConstantTable<Bool>
  /// Which bytes stand for themselves wherever they are.
  private let isPlain: ConstantTable<Bool>

  /// How texts are cut that are not normalized, but for their spaces.
  init?(collapses: Bool, addsPrefix: Bool) {
    self.init(collapses: collapses, addsPrefix: addsPrefix, normalizer: nil)
  }

  /// How the texts of a SentencePiece model are cut; `nil` where units depend on one another.
  init?(_ definition: SentencePieceDefinition, _ table: PieceTable) {
    let rules = definition.normalization
    guard rules.escapesWhitespace, !definition.treatsWhitespaceAsSuffix,
      let mark = table.texts.id(of: SpaceMark.bytes), table.kind(mark) != .unused,
      !table.texts.entries.contains(where: {
        SpaceMark.isInside($0.token) || $0.token.contains(0x20)
      })
    else { return nil }
    var inner = rules
    inner.addsDummyPrefix = false
    inner.escapesWhitespace = false
    guard let normalizer = try? SentencePieceNormalizer(inner, protected: table.userDefined) else {
      return nil
    }
    self.init(
      collapses: rules.removesExtraWhitespace, addsPrefix: rules.addsDummyPrefix,
      normalizer: normalizer)
  }

  /// - Returns: `nil` when the normalizer replaces something that has a space inside it.
  private init?(collapses: Bool, addsPrefix: Bool, normalizer: SentencePieceNormalizer?) {
    let map = normalizer?.map
    self.normalizer = map == nil ? nil : normalizer
    self.collapses = collapses
    self.addsPrefix = addsPrefix
    var spaces = [Bool](repeating: false, count: 256)
    spaces[0x20] = true
    var plain = (0..<256).map { $0 != 0x20 && $0 < 0x80 }
    if let map {
      guard !map.hasSpaceInside, map.longestMatch(in: [0x20], at: 0) == nil else { return nil }
      for byte in UInt8(0)..<0x80 {
        let replacement = map.longestMatch(in: [byte], at: 0)?.replacement
        if collapses, replacement?.elementsEqual([0x20]) == true, !map.continues([byte]) {
          spaces[Int(byte)] = true
        }
        if replacement != nil { plain[Int(byte)] = false }
        for next in UInt8(0)..<0x80 where map.continues([byte], with: next) {
          plain[Int(byte)] = false
        }
      }
    }
    isSpace = ConstantTable(spaces)
    isPlain = ConstantTable(plain)
  }

  /// Calls `body` with each unit: a text that it stands in, where its spaces begin, where its word
  /// begins, and where it ends. All of its spaces are the byte 0x20 there.
  ///
  /// - Parameters:
  ///   - addsPrefix: whether a space is put in front of the text; without it as the model has it.
  ///   - body: returns whether to go on.
  /// - Returns: whether every call did.
  @inline(__always)
  func forEachUnit(
    in text: UnsafeBufferPointer<UInt8>, addsPrefix: Bool? = nil,
    _ body: (UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int) -> Bool
  ) -> Bool {
    let addsPrefix = addsPrefix ?? self.addsPrefix
    var end = 0
    while end < text.count {
      let start = end
      var word = start
      while word < text.count, isSpace[Int(text[word])] { word += 1 }
      end = word
      while end < text.count, !isSpace[Int(text[end])] { end += 1 }
      if word == end, collapses { return true }
      let prefix = start == 0 && addsPrefix ? 1 : 0
      let spaces = collapses ? (start == 0 ? prefix : 1) : word - start + prefix
      // Mostly the spaces before the word are those of the unit.
      let isThere =
        spaces <= word - start && (!collapses || spaces == 0 || text[word - 1] == 0x20)
      let goesOn =
        isThere
        ? body(text, word - spaces, word, end)
        : withComposed(text, spaces, word..<end) { body($0, 0, spaces, $0.count) }
      guard goesOn else { return false }
    }
    return true
  }

  /// Calls `body` with a unit whose spaces are not those of the text.
  @inline(never)
  private func withComposed(
    _ text: UnsafeBufferPointer<UInt8>, _ spaces: Int, _ word: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>) -> Bool
  ) -> Bool {
    let unit =
      [UInt8](repeating: 0x20, count: spaces) + UnsafeBufferPointer(rebasing: text[word])
    return unit.withUnsafeBufferPointer(body)
  }

  /// Puts the normal form of a unit into `output`: nothing, when nothing is left of its word.
  ///
  /// - Returns: whether it has one that does not depend on the units beside it.
  func spell(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int,
    into output: inout RawList<UInt8>
  ) -> Bool {
    output.removeAll()
    output.reserve((word - start) * SpaceMark.bytes.count + end - word)
    for _ in start..<word { output.append(contentsOf: SpaceMark.bytes) }
    guard let normalizer, !isPlain(text, word..<end) else {
      output.append(contentsOf: UnsafeBufferPointer(rebasing: text[word..<end]))
      return end == word || !endsInMark(output)
    }
    // As behind a space: those it begins with are dropped, and those it ends with come to nothing before
    // the next unit, or at the end of the text.
    let normal = normalizer.normalize(Array(text[word..<end])).bytes
    if collapses, normal.isEmpty {
      output.removeAll()
      return start < word || addsPrefix
    }
    if !collapses, normal.last == 0x20 { return false }
    for byte in normal {
      if byte == 0x20 { output.append(contentsOf: SpaceMark.bytes) } else { output.append(byte) }
    }
    return !endsInMark(output)
  }

  /// Whether a word ends in what spells a space: it could merge with the space of the next unit.
  private func endsInMark(_ word: borrowing RawList<UInt8>) -> Bool {
    let mark = SpaceMark.bytes
    guard word.count >= mark.count else { return false }
    return UnsafeBufferPointer(word.elements).suffix(mark.count).elementsEqual(mark)
  }

  /// Whether every byte of a part of the text stands for itself.
  func isPlain(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range where !isPlain[Int(text[index])] { return false }
    return true
  }
}

/// The mark that spells a space, `▁`.
enum SpaceMark {
  static let bytes: [UInt8] = Array("\u{2581}".utf8)

  /// Whether a mark stands somewhere behind anything but a mark: then it could begin a unit inside.
  static func isInside(_ piece: some Collection<UInt8>) -> Bool {
    let piece = Array(piece)
    var isBehindOther = false
    var position = 0
    while position < piece.count {
      if piece[position...].starts(with: bytes) {
        if isBehindOther { return true }
        position += bytes.count
      } else {
        isBehindOther = true
        position += 1
      }
    }
    return false
  }
}
