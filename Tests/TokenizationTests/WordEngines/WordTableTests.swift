import TestSupport
import Testing

@testable import Tokenization

@Suite struct WordTableTests {
  private func tokens(of word: [UInt8]) -> [TokenID] {
    (0..<(word.count % 6 + 1)).map { TokenID($0) + word.reduce(0) { $0 &* 31 &+ TokenID($1) } }
  }

  private func find(_ word: [UInt8], behind prefix: [UInt8], _ table: borrowing WordTable)
    -> [TokenID]?
  {
    (prefix + word + prefix).withUnsafeBufferPointer { text in
      var output = RawList<TokenID>()
      let end = prefix.count + word.count
      let key = WordTable.key(text, prefix.count, end)
      return table.find(key, text, prefix.count, into: &output) ? Array(output.elements) : nil
    }
  }

  private func insert(_ word: [UInt8], _ table: inout WordTable) {
    word.withUnsafeBufferPointer { text in
      let key = WordTable.key(text, 0, word.count)
      tokens(of: word).withUnsafeBufferPointer { table.insert(key, text, 0, $0) }
    }
  }

  @Test func `Words of every length are found wherever they stand, and no others`() {
    var generator = SeededGenerator(seed: 1)
    var table = WordTable()
    var words: Set<[UInt8]> = []
    for _ in 0..<6000 {
      let length = Int.random(in: 1...WordTable.maximumLength, using: &generator)
      // Few letters, zero among them, so that many words differ only at one place.
      let word = (0..<length).map { _ in UInt8.random(in: 0...1, using: &generator) }
      let known = words.contains(word)
      for prefix in [0, 3, 20] {
        let found = find(word, behind: Array(repeating: 7, count: prefix), table)
        #expect(found == (known ? tokens(of: word) : nil))
      }
      if !known {
        insert(word, &table)
        words.insert(word)
      }
    }
    #expect(words.count > 3000)
  }

  @Test func `A word has other tokens with each variant`() {
    var table = WordTable()
    for length in 1...WordTable.maximumLength {
      let word = [UInt8](repeating: 0, count: length)
      word.withUnsafeBufferPointer { text in
        for variant in [0, 1, 0x8000, UInt16.max] {
          let key = WordTable.key(text, 0, length, variant: variant)
          var output = RawList<TokenID>()
          #expect(!table.find(key, text, 0, into: &output))
          [TokenID(variant)].withUnsafeBufferPointer { table.insert(key, text, 0, $0) }
          #expect(table.find(key, text, 0, into: &output))
          #expect(Array(output.elements) == [TokenID(variant)])
        }
      }
    }
  }

  @Test func `The table never grows beyond its limit`() {
    var table = WordTable(slotLimit: 64)
    for number in 0..<5000 {
      let word = Array(String(repeating: "w", count: number % 40).utf8) + Array("\(number)".utf8)
      insert(word, &table)
      #expect(table.wordCount <= 64)
      #expect(find(word, behind: [], table) == tokens(of: word))
    }
  }
}
