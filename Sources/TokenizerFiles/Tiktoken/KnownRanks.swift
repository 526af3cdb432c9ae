internal import Tokenization

/// The published vocabularies of ranks, whose files carry neither their pattern nor their special
/// tokens: each is known by all of its tokens.
struct KnownRanks {
  /// What people call the vocabulary.
  var name: String
  /// The splitting pattern, in the syntax of fancy-regex.
  var pattern: String
  var specialTokens: [(token: String, id: TokenID)]
  /// Whether texts are put into normalization form C first.
  var composes = false
  /// Whether `specialTokens` are all that the vocabulary has.
  var isComplete = true

  /// The vocabulary that these ranks are; `nil` for one that is not known.
  init?(_ ranks: RankedVocabulary) {
    let count = ranks.tokens.count
    guard let entry = Self.all.first(where: { $0.count == count }),
      Self.fingerprint(ranks) == entry.fingerprint
    else { return nil }
    self = entry.vocabulary
  }

  private init(
    _ name: String, _ pattern: String, _ specialTokens: [(token: String, id: TokenID)]
  ) {
    self.name = name
    self.pattern = pattern
    self.specialTokens = specialTokens
  }

  /// FNV-1a over all tokens in order of rank, each with a newline after it.
  static func fingerprint(_ ranks: RankedVocabulary) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    for (token, _) in ranks.tokens {
      for byte in token { add(byte) }
      add(UInt8(ascii: "\n"))
    }
    return hash
  }

  // MARK: Patterns

  /// `r50k_base` and its like, as tiktoken has it.
  private static let gpt2Pattern =
    #"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"#
  /// `cl100k_base`, which most vocabularies of this form were made with.
  static let cl100kPattern =
    #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"#
    + #"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"#
  private static let o200kPattern =
    #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"#
    + #"(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+"#
    + #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,3}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let llama3Pattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
  private static let qwenPattern =
    #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
    + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

  // MARK: Vocabularies

  private static let all: [(count: Int, fingerprint: UInt64, vocabulary: KnownRanks)] = [
    (
      50_256, 0xD1CB_FDEF_B019_3704,
      KnownRanks("r50k_base", gpt2Pattern, [("<|endoftext|>", 50_256)])
    ),
    // The ranks of r50k_base and runs of 2 to 25 spaces.
    (
      50_280, 0xAECD_E3A4_24FC_AD64,
      KnownRanks("p50k_base", gpt2Pattern, [("<|endoftext|>", 50_256)])
    ),
    (
      100_256, 0x8153_A49C_D25D_4D7A,
      KnownRanks(
        "cl100k_base", cl100kPattern,
        [
          ("<|endoftext|>", 100_257), ("<|fim_prefix|>", 100_258), ("<|fim_middle|>", 100_259),
          ("<|fim_suffix|>", 100_260), ("<|endofprompt|>", 100_276),
        ])
    ),
    (
      199_998, 0x2B87_8D57_217D_22AD,
      KnownRanks(
        "o200k_base", o200kPattern, [("<|endoftext|>", 199_999), ("<|endofprompt|>", 200_018)])
    ),
    (128_000, 0x2EB8_97D2_A9E7_3EFD, llama3),
    (50_257, 0xE4A9_A22C_160E_CBD7, whisper),
    (151_643, 0x57BE_2BE3_3626_F301, qwen),
  ]

  /// The names are those of Llama 3.1; its 245 reserved tokens stand around them.
  private static let llama3: KnownRanks = {
    var names = [
      "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1",
      "finetune_right_pad_id", "step_id", "start_header_id", "end_header_id", "eom_id", "eot_id",
      "python_tag", "image",
    ]
    names += (2...245).map { "reserved_special_token_\($0)" }
    let tokens = names.enumerated().map { ("<|\($0.element)|>", TokenID(128_000 + $0.offset)) }
    return KnownRanks("Llama 3", llama3Pattern, tokens)
  }()

  /// The languages and times of the versions differ, so that only the first token is certain.
  private static let whisper: KnownRanks = {
    var vocabulary = KnownRanks("Whisper", gpt2Pattern, [("<|endoftext|>", 50_257)])
    vocabulary.isComplete = false
    return vocabulary
  }()

  private static let qwen: KnownRanks = {
    let names = ["endoftext", "im_start", "im_end"] + (0..<205).map { "extra_\($0)" }
    let tokens = names.enumerated().map { ("<|\($0.element)|>", TokenID(151_643 + $0.offset)) }
    var vocabulary = KnownRanks("Qwen", qwenPattern, tokens)
    vocabulary.composes = true
    return vocabulary
  }()
}
