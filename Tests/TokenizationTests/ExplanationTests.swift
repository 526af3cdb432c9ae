import Normalization
import TestSupport
import Testing
import TokenizerFiles

@testable import Tokenization

/// Why a text is cut as it is: the reasons lead to the tokens that they explain.
@Suite struct ExplanationTests {
  private static let fixtures = [
    "merges-as-pairs", "merges-as-strings", "clip-like", "roberta", "falcon-like", "unigram",
    "unigram-bytes", "wordpiece", "word-level",
  ]

  private func tokenizer(_ name: String) throws -> Tokenizer {
    let path =
      name.hasPrefix("example") ? "vocabs/\(name)" : "Tests/Fixtures/tokenizers/\(name).json"
    return try Tokenizer(contentsOf: PackageFiles.path(path))
  }

  @Test(
    "Every token has one reason, and merges and scores are those of the tokens",
    arguments: fixtures + ["example-base", "example-donor"])
  func explains(name: String) throws {
    let tokenizer = try tokenizer(name)
    let explainer = TokenExplainer(tokenizer)
    var random = RandomText(seed: 3)
    for _ in 0..<60 {
      let text = random.next(upTo: 40) + " the unbelievable"
      guard let encoding = try? tokenizer.encode(text) else { continue }
      let explanations = explainer.explain(encoding)
      #expect(explanations.flatMap { Array($0.tokens) } == Array(encoding.ids.indices))
      for explanation in explanations {
        let ids = Array(encoding.ids[explanation.tokens])
        switch explanation.reason {
        case .merges(let steps): check(steps, ids, tokenizer.definition)
        case .mostProbable(let score, let runnerUp):
          #expect(runnerUp.map { $0.score <= score } ?? true)
          if case .unigram(let model) = tokenizer.definition.model,
            !ids.contains(where: {
              $0 == model.unknownID || ByteFallback.byte(model.vocabulary.token($0) ?? []) != nil
            })
          {
            let sum = ids.reduce(0) { $0 + model.scores[Int($1)] }
            #expect(abs(sum - score) < 1e-9)
          }
        case .inserted: #expect(encoding.isSpecial[explanation.tokens.lowerBound])
        case .added: #expect(tokenizer.vocabulary.added[ids[0]] != nil)
        case .wholeWord: #expect(ids.count == 1)
        case .bytes: #expect(ids.count == explanation.tokens.count)
        case .longestMatch, .unknown: break
        }
      }
    }
  }

  /// Undoes the merges from the last to the first: what is left was never made by one.
  private func check(
    _ steps: [TokenExplanation.MergeStep], _ ids: [TokenID], _ definition: TokenizerDefinition
  ) {
    guard case .bpe(let model) = definition.model else { return }
    var symbols = ids
    for step in steps.reversed() {
      guard let place = symbols.firstIndex(of: step.result) else {
        Issue.record("a merge makes a token that is not there")
        return
      }
      symbols.replaceSubrange(place...place, with: [step.left, step.right])
      if let rank = step.rank, !model.mergesShareRanks {
        let merge = model.merges[rank]
        #expect(merge.left == step.left && merge.right == step.right)
        #expect(merge.result == step.result)
      }
    }
    #expect(symbols.count == ids.count + steps.count)
  }

  @Test("A model of the sentencepiece library is explained by scores")
  func sentencePiece() throws {
    var pieces: [SentencePieceDefinition.Piece] = [
      .init(text: Array("<unk>".utf8), score: 0, kind: .unknown)
    ]
    for (index, text) in ["▁", "a", "b", "ab", "▁a", "bb"].enumerated() {
      pieces.append(.init(text: Array(text.utf8), score: -Float(index), kind: .normal))
    }
    let merging = try Tokenizer(
      TokenizerDefinition(SentencePieceDefinition(pieces: pieces, algorithm: .bpe)))
    let encoding = try merging.encode("abb", addSpecialTokens: false)
    let reasons = TokenExplainer(merging).explain(encoding)
    guard case .merges(let steps)? = reasons.first?.reason else {
      Issue.record("no merges")
      return
    }
    #expect(steps.map(\.result) == [4])
    #expect(steps.map(\.score) == [-3])
    #expect(encoding.ids == [1, 4, 3])

    let unigram = try Tokenizer(
      TokenizerDefinition(SentencePieceDefinition(pieces: pieces, algorithm: .unigram)))
    let best = try unigram.encode("ab", addSpecialTokens: false)
    guard
      case .mostProbable(let score, let runnerUp)? =
        TokenExplainer(unigram).explain(best).first?.reason
    else {
      Issue.record("no scores")
      return
    }
    // "▁" + "a" + "b" = -3, "▁" + "ab" = -3, "▁a" + "b" = -6: the first two are equal.
    #expect(score == -3 && runnerUp?.score == -3)
  }

  // MARK: Spelling

  @Test(
    "Every byte of a text is spelled by its tokens", arguments: ["example-base", "example-donor"])
  func spells(name: String) throws {
    let tokenizer = try tokenizer(name)
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    var random = RandomText(seed: 9)
    for _ in 0..<100 {
      let text = random.next(upTo: 50)
      let ids = try tokenizer.encode(text, addSpecialTokens: false).ids
      #expect(ids.flatMap { spelling.text(of: $0) ?? [] } == Array(text.utf8))
    }
  }

  @Test("What a token is")
  func kinds() throws {
    let tokenizer = try tokenizer("example-donor")
    let spelling = TokenSpelling(tokenizer.definition, tokenizer.vocabulary)
    let special = try #require(tokenizer.vocabulary.added.first { $0.value.isSpecial }?.key)
    #expect(spelling.kind(of: special) == .special)
    #expect(spelling.kind(of: .max) == nil)
    let ids = try tokenizer.encode("the é", addSpecialTokens: false).ids
    #expect(spelling.kind(of: ids[0]) == .normal)
    #expect(tokenizer.vocabulary.ids.count { spelling.kind(of: $0) == .byte } == 256)
  }
}
