import Normalization
import TestSupport
import Tokenization

@testable import TokenizerFiles

/// Small models with everything at random that models of the sentencepiece library can have.
struct RandomModels {
  private var random: SeededGenerator

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  private static let letters = ["▁", "a", "b", "é"]

  /// A model with scores that are whole numbers, so that sums of them have no rounding.
  mutating func sentencePiece(
    _ algorithm: SentencePieceDefinition.Algorithm
  ) -> SentencePieceDefinition {
    var pieces: [SentencePieceDefinition.Piece] = []
    func add(_ text: String, _ kind: SentencePieceDefinition.Kind, _ score: Float = 0) {
      pieces.append(.init(text: Array(text.utf8), score: score, kind: kind))
    }
    add("<unk>", .unknown)
    add("<s>", .control)
    add("</s>", .control)
    let fallsBack = Bool.random(using: &random)
    if fallsBack { for byte in UInt8.min...UInt8.max { add(ByteFallback.token(byte), .byte) } }
    var texts = Self.letters + ["<", "s", ">", "/", "0", "x", "4", "1"]
    while texts.count < 40 {
      let count = Int.random(in: 2...3, using: &random)
      let parts = (0..<count).map { _ in texts.randomElement(using: &random) ?? "a" }
      let text = parts.joined()
      if !texts.contains(text), text.unicodeScalars.count < 9, !text.contains("<") {
        texts.append(text)
      }
    }
    let scores = (0..<texts.count).shuffled(using: &random)
    for (text, score) in zip(texts, scores) { add(text, .normal, -1 - Float(score)) }
    if algorithm == .bpe {
      for text in ["[u]", "bb<", "\n"] where Bool.random(using: &random) && !texts.contains(text) {
        add(text, .userDefined)
      }
    }
    var model = SentencePieceDefinition(pieces: pieces, algorithm: algorithm)
    model.fallsBackToBytes = fallsBack
    model.normalization.addsDummyPrefix = Bool.random(using: &random)
    model.normalization.removesExtraWhitespace = Bool.random(using: &random)
    return model
  }

  /// A byte-pair encoding of `▁` words with a list of merges in any order.
  mutating func merges() -> TokenizerDefinition {
    var texts = ["<unk>"] + Self.letters + ["<", "u", "n", "k", ">"]
    var merges: [BPEDefinition.Merge] = []
    while texts.count < 36 {
      let left = Int.random(in: 1..<texts.count, using: &random)
      let right = Int.random(in: 1..<texts.count, using: &random)
      let text = texts[left] + texts[right]
      guard text.unicodeScalars.count < 9 else { continue }
      let result = texts.firstIndex(of: text) ?? texts.count
      if result == texts.count { texts.append(text) }
      let merge = BPEDefinition.Merge(
        left: TokenID(left), right: TokenID(right), result: TokenID(result))
      let place = Int.random(in: 0...merges.count, using: &random)
      if !merges.contains(where: { $0.left == merge.left && $0.right == merge.right }) {
        merges.insert(merge, at: place)
      }
    }
    var bpe = BPEDefinition(
      vocabulary: Vocabulary(
        texts.enumerated().map { (token: Array($0.element.utf8), id: TokenID($0.offset)) }),
      merges: merges)
    bpe.unknownToken = "<unk>"
    bpe.fusesUnknown = true
    return TokenizerDefinition(
      normalizer: .sequence([.prepend("▁"), .replace(.literal(" "), with: "▁")]),
      model: .bpe(bpe),
      decoder: .sequence([
        .replace(.literal("▁"), with: " "), .fuse, .strip(" ", start: 1, stop: 0),
      ]))
  }

  /// A text of the letters, the spellings of special pieces, and what the models do not know.
  mutating func text() -> String {
    let parts =
      Self.letters
      + [" ", "  ", "a", "b", "<s>", "<unk>", "<0x41>", "[u]", "bb<", "\n", "q", "ab", "x", "中"]
    let count = Int.random(in: 0...14, using: &random)
    return (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
  }
}
