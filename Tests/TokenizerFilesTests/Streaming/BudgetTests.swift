internal import TestSupport
internal import Testing

@testable internal import Tokenization

/// Parts of texts fit their budget of tokens and are as long as they can be.
@Suite struct BudgetTests {
  /// The longest prefix or suffix on character boundaries that fits, by trying all.
  private func longest(
    _ tokenizer: Tokenizer, _ text: String, _ budget: Int, specials: Bool, fromEnd: Bool
  ) throws -> Substring {
    let indices = Array(text.indices) + [text.endIndex]
    let parts: [Substring] =
      fromEnd
      ? indices.map { text[$0...] } : indices.reversed().map { text[..<$0] }
    for part in parts
    where try tokenizer.count(String(part), addSpecialTokens: specials) <= budget {
      return part
    }
    return ""
  }

  private func check(_ name: String, _ count: Int) throws {
    let tokenizer = try ManyTokenizers.open(name)
    let isExact = tokenizer.makeEncodeStream().cutsTexts
    var generator = SeededGenerator(seed: 29)
    for text in ManyTokenizers.texts(count, for: tokenizer, seed: 31) {
      guard (try? tokenizer.encode(text)) != nil,
        let specials = try? tokenizer.encode("", addSpecialTokens: true).count
      else { continue }
      let budget = specials + Int.random(in: 0...20, using: &generator)
      let place: Comment = "\(name), \(budget): \(text.debugDescription)"
      guard let prefix = try? tokenizer.prefix(of: text, maxTokens: budget),
        let suffix = try? tokenizer.suffix(of: text, maxTokens: budget)
      else { continue }
      #expect(try tokenizer.count(String(prefix)) <= budget, place)
      #expect(try tokenizer.count(String(suffix)) <= budget, place)
      #expect(text.hasPrefix(prefix) && text.hasSuffix(suffix), place)
      guard isExact, text.utf8.count < TokenBudget.reach else { continue }
      let best = try longest(tokenizer, text, budget, specials: true, fromEnd: false)
      #expect(prefix.utf8.count == best.utf8.count, place)
      let bestSuffix = try longest(tokenizer, text, budget, specials: true, fromEnd: true)
      #expect(suffix.utf8.count == bestSuffix.utf8.count, place)
    }
  }

  @Test("Shipped and synthetic tokenizers", arguments: ManyTokenizers.own)
  func own(name: String) throws { try check(name, 40) }

  @Test(
    "Tokenizers of the reference",
    .enabled(if: FullTests.areEnabled, Comment(rawValue: FullTests.hint)),
    arguments: [
      "llama3", "qwen2", "bert-uncased", "t5-spm", "llama2-spm", "gemma-cropped", "clip-hf",
    ])
  func reference(name: String) throws { try check(name, 12) }

  @Test(
    "Chunks are the text, each within the budget", arguments: ["example-base", "roberta", "byt5"])
  func chunks(name: String) throws {
    let tokenizer = try ManyTokenizers.open(name)
    let specials = try tokenizer.encode("").count
    for text in ManyTokenizers.texts(40, for: tokenizer, seed: 37) {
      for budget in [specials + 4, specials + 9, specials + 40] {
        let chunks = try tokenizer.chunks(of: text, maxTokens: budget)
        #expect(chunks.joined().utf8.elementsEqual(text.utf8))
        for chunk in chunks { #expect(try tokenizer.count(String(chunk)) <= budget) }
        let overlapping = try tokenizer.chunks(of: text, maxTokens: budget, overlap: 3)
        var end = text.startIndex
        for chunk in overlapping {
          #expect(chunk.startIndex <= end && chunk.endIndex > end)
          #expect(try tokenizer.count(String(chunk)) <= budget)
          let repeated = String(text[chunk.startIndex..<end])
          #expect(try tokenizer.count(repeated, addSpecialTokens: false) <= 3)
          end = chunk.endIndex
        }
        #expect(end == text.endIndex)
      }
    }
  }

  @Test("What cannot fit is refused")
  func refuses() throws {
    let tokenizer = try ManyTokenizers.open("roberta")
    #expect(throws: TokenizerError.noRoomForSpecialTokens(count: 2, length: 1)) {
      try tokenizer.prefix(of: "a", maxTokens: 1)
    }
    #expect(throws: TokenizerError.strideTooLong(stride: 5, length: 5)) {
      try tokenizer.chunks(of: "a", maxTokens: 5, overlap: 5)
    }
    #expect(try tokenizer.prefix(of: "a", maxTokens: 2).isEmpty)
  }
}
