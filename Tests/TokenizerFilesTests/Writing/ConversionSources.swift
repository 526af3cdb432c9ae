import ByteIO
import Normalization
import TestSupport
import Tokenization

@testable import TokenizerFiles

/// Tokenizers of every kind, small enough to be written in every format.
enum ConversionSources {
  static let names = [
    "byte-level", "qwen-like", "llama3-like", "tiktoken", "tekken", "word-pieces", "unigram",
    "word-level", "sentencepiece-bpe", "sentencepiece-unigram", "sentencepiece-word",
  ]

  static func definition(_ name: String) throws -> TokenizerDefinition {
    switch name {
    case "byte-level": withAddedToken(ByteLevelPipeline.gpt2(merges))
    case "qwen-like": withAddedToken(ByteLevelPipeline.qwen2(merges))
    case "llama3-like":
      withAddedToken(
        ByteLevelPipeline.named("llama-bpe", merges) ?? ByteLevelPipeline.gpt2(merges))
    case "tiktoken":
      try TiktokenFile.read(tiktoken, source: "x", spec: spec(#""special": {"<x>": 300}"#))
    case "tekken": try TekkenFile.read(JSON(parsing: tekken(), source: "x"))
    case "word-pieces": BERTPipeline.definition(wordPieces, lowercases: nil)
    case "unigram": try fixture("unigram-bytes")
    case "word-level": try fixture("word-level")
    case "sentencepiece-bpe": TokenizerDefinition(sentencePiece(.bpe))
    case "sentencepiece-unigram": TokenizerDefinition(sentencePiece(.unigram))
    default: TokenizerDefinition(sentencePiece(.word))
    }
  }

  private static func fixture(_ name: String) throws -> TokenizerDefinition {
    try TokenizerDefinition(contentsOf: PackageFiles.path("Tests/Fixtures/tokenizers/\(name).json"))
  }

  static func spec(_ members: String) throws -> TokenizerSpec {
    try TokenizerSpec(
      JSON(
        parsing: Array(#"{"pat_str": "\\p{L}+|\\s+|[^\\p{L}\\s]+", \#(members)}"#.utf8), source: "x"
      ))
  }

  private static func withAddedToken(_ definition: TokenizerDefinition) -> TokenizerDefinition {
    var definition = definition
    definition.addedTokens = [
      AddedToken(id: 261, content: "<|end|>", isNormalized: false, isSpecial: true)
    ]
    return definition
  }

  private static let pairs = [("t", "h"), ("th", "e"), ("Ġ", "the"), ("a", "n"), ("an", "d")]

  /// The byte alphabet and a few merges.
  private static var merges: BPEDefinition {
    var builder = Vocabulary.Builder()
    for byte in UInt8.min...UInt8.max {
      builder.add(Array(String(ByteAlphabet.scalar(for: byte)).utf8), id: TokenID(byte))
    }
    for (index, pair) in pairs.enumerated() {
      builder.add(Array((pair.0 + pair.1).utf8), id: TokenID(256 + index))
    }
    let vocabulary = builder.vocabulary()
    func id(_ text: String) -> TokenID { vocabulary.id(of: Array(text.utf8)) ?? 0 }
    return BPEDefinition(
      vocabulary: vocabulary,
      merges: pairs.map { .init(left: id($0.0), right: id($0.1), result: id($0.0 + $0.1)) })
  }

  /// The bytes in order and a few more tokens.
  private static let tokens: [[UInt8]] =
    (0...255).map { [UInt8($0)] } + ["th", "the", " the", "an", "and"].map { Array($0.utf8) }

  private static let tiktoken: [UInt8] = tokens.enumerated().flatMap {
    Array("\(Base64.encode($0.element)) \($0.offset)\n".utf8)
  }

  private static func tekken() -> [UInt8] {
    let entries = tokens.enumerated().map {
      #"{"rank":\#($0.offset),"token_bytes":"\#(Base64.encode($0.element))","token_str":null}"#
    }
    let config =
      #"{"pattern":"\\p{L}+|\\s+|[^\\p{L}\\s]+","default_vocab_size":281,"default_num_special_tokens":20}"#
    return Array(#"{"config":\#(config),"vocab":[\#(entries.joined(separator: ","))]}"#.utf8)
  }

  private static let wordPieces = Vocabulary(
    ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "##s", "a", "##n", "##d", "é", "!"]
      .enumerated().map { (token: Array($0.element.utf8), id: TokenID($0.offset)) })

  private static func sentencePiece(
    _ algorithm: SentencePieceDefinition.Algorithm
  ) -> SentencePieceDefinition {
    var pieces: [SentencePieceDefinition.Piece] = [
      .init(text: Array("<unk>".utf8), score: 0, kind: .unknown),
      .init(text: Array("<s>".utf8), score: 0, kind: .control),
      .init(text: Array("</s>".utf8), score: 0, kind: .control),
      .init(text: Array("<u>".utf8), score: 0, kind: .userDefined),
    ]
    for (index, text) in ["▁", "a", "e", "t", "h", "n", "d", "th", "he", "▁t", "▁the", "an", "é"]
      .enumerated()
    {
      pieces.append(.init(text: Array(text.utf8), score: -1 - Float(index), kind: .normal))
    }
    var model = SentencePieceDefinition(pieces: pieces, algorithm: algorithm)
    model.normalization.removesExtraWhitespace = algorithm == .unigram
    return model
  }
}
