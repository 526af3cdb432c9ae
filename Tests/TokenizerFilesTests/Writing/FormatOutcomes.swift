/// What becomes of each kind of tokenizer in each format: "same", or what is lost; formats that are
/// not listed refuse it.
enum FormatOutcomes {
  private static let loss1: String =
    "the merges: tiktoken merges neighbours whenever together they are a "
    + "token, so that words may be cut differently"
  private static let loss2: String =
    "the splitting pattern, to be given with --spec as \"pat_str\": "
    + "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
  private static let loss3: String =
    "the splitting pattern, to be given with --spec as \"pat_str\": "
    + "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"
  private static let loss4: String =
    "which of two overlapping ways to the same token comes first: tiktoken "
    + "takes the leftmost"
  private static let loss5: String =
    "the splitting pattern, to be given with --spec as \"pat_str\": "
    + "\\p{L}+|\\s+|[^\\p{L}\\s]+"
  private static let loss6: String =
    "that scores are added in single precision: of two ways to cut a word whose scores are equal "
    + "but for rounding, as in long runs of one character, the other may be taken"
  private static let loss7: String =
    "how many spaces are dropped when a text is decoded that began with `▁` itself; ids do not "
    + "change"
  private static let loss8: [String] = ["<s>", "</s>"].map {
    "that the text `\($0)` is cut like any other: it becomes that one token"
  }
  private static let loss9: [String] = [
    "that a text that begins with a space gets no other in front: sentencepiece puts one there too, "
      + "so that its first ids differ",
    "that the text `<unk>` is the special token",
    "that scores are added in double precision: of two ways to cut a word whose scores are equal "
      + "but for rounding, as in long runs of one character, the other may be taken",
    "the post-processor",
    "that special tokens are found in texts: sentencepiece cuts `<s>`, `</s>` like any other text",
    "the space in front of what follows an added token: sentencepiece puts one at the beginning of "
      + "a text only",
  ]

  static let all: [String: [String: [String]]] = [
    "byte-level": [
      "tokenizer.json": ["same"],
      "vocab-merges": ["same"],
      "tiktoken": [
        loss1, "the splitting rules, which are not one pattern", "the post-processor",
        "the 1 added tokens, to be given with --spec as \"special\"",
      ],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "qwen-like": [
      "tokenizer.json": ["same"],
      "vocab-merges": ["same"],
      "tiktoken": [
        loss1, loss2, "the normalizer", "the post-processor",
        "the 1 added tokens, to be given with --spec as \"special\"",
      ],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "llama3-like": [
      "tokenizer.json": ["same"],
      "vocab-merges": ["the pre-tokenizer", "the model's options"],
      "tiktoken": [
        loss1, loss3, "the post-processor",
        "the 1 added tokens, to be given with --spec as \"special\"",
      ],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "tiktoken": [
      "tokenizer.json": [loss4, "that special tokens in a text are matched only on request"],
      "vocab-merges": [
        loss4, "that special tokens in a text are matched only on request", "the pre-tokenizer",
        "the model's options",
      ],
      "tiktoken": [loss5, "the 1 added tokens, to be given with --spec as \"special\""],
      "gguf": [
        loss4, "that special tokens in a text are matched only on request", "the pre-tokenizer",
        "the model's vocabulary",
      ],
      "directory": [loss4, "that special tokens in a text are matched only on request"],
    ],
    "tekken": [
      "tokenizer.json": [loss4, "that special tokens in a text are never matched"],
      "vocab-merges": [
        loss4, "that special tokens in a text are never matched", "the pre-tokenizer",
        "the special tokens around a text", "the model's options",
      ],
      "tiktoken": [
        loss5, "the post-processor", "the 20 added tokens, to be given with --spec as \"special\"",
      ],
      "tekken": ["same"],
      "gguf": [
        loss4, "that special tokens in a text are never matched", "the pre-tokenizer",
        "the model's options",
      ],
      "directory": [loss4, "that special tokens in a text are never matched"],
    ],
    "word-pieces": [
      "tokenizer.json": ["same"],
      "vocab.txt": ["same"],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "unigram": [
      "tokenizer.json": ["same"],
      "sentencepiece": loss9,
      "gguf": loss9 + ["the model's options"],
      "directory": ["same"],
    ],
    "word-level": [
      "tokenizer.json": ["same"],
      "directory": ["same"],
    ],
    "sentencepiece-bpe": [
      "tokenizer.json": ["same"],
      "sentencepiece": ["same"],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "sentencepiece-unigram": [
      "tokenizer.json": loss8 + [loss6, loss7],
      "sentencepiece": ["same"],
      "gguf": ["same"],
      "directory": ["same"],
    ],
    "sentencepiece-word": [
      "sentencepiece": ["same"],
      "directory": ["same"],
    ],
  ]
}
