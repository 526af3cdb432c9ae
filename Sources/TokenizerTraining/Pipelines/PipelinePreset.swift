internal import Normalization
internal import Tokenization

/// Surroundings of a model that are in use, by the names of the tokenizers that brought them.
public enum PipelinePreset: String, Sendable, CaseIterable {
  /// GPT-2: byte level, words with the space before them.
  case gpt2
  /// GPT-4 (cl100k_base): byte level, numbers of up to three digits. Llama 3 has the same pattern.
  case cl100k, llama3
  /// GPT-4o (o200k_base): byte level, words cut where capitals begin.
  case o200k
  /// Qwen 2: as cl100k with every digit by itself, after NFC.
  case qwen2
  /// SentencePiece's: spaces become `▁`, words begin with one.
  case metaspace
  /// BERT uncased: lower case without accents, white space dropped, punctuation by itself.
  case bert
  /// BERT cased: as `bert`, with case and accents kept.
  case bertCased = "bert-cased"
  /// Words (`\w+`) and runs of other signs.
  case words
  /// At white space, which is dropped.
  case whitespace
  /// Texts are not cut at all.
  case none

  /// The parts.
  public var pipeline: TrainingPipeline {
    switch self {
    case .gpt2:
      TrainingPipeline(
        preTokenizer: .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: true),
        postProcessor: .byteLevel(addPrefixSpace: true, trimOffsets: false), decoder: .byteLevel)
    case .cl100k, .llama3: Self.byteLevel(Self.cl100kPattern(number: #"\p{N}{1,3}"#))
    case .o200k: Self.byteLevel(Self.o200kPattern)
    case .qwen2: Self.byteLevel(Self.cl100kPattern(number: #"\p{N}"#), normalizer: .nfc)
    case .metaspace:
      TrainingPipeline(
        preTokenizer: .metaspace(replacement: "▁", prepend: .always, split: true),
        decoder: .metaspace(replacement: "▁", prepend: .always))
    case .bert: Self.bert(lowercase: true)
    case .bertCased: Self.bert(lowercase: false)
    case .words: TrainingPipeline(preTokenizer: .whitespace)
    case .whitespace: TrainingPipeline(preTokenizer: .whitespaceSplit)
    case .none: TrainingPipeline()
    }
  }

  private static func byteLevel(
    _ pattern: String, normalizer: Normalizer? = nil
  ) -> TrainingPipeline {
    TrainingPipeline(
      normalizer: normalizer,
      preTokenizer: .sequence([
        .split(.regex(pattern), .isolated, inverted: false),
        .byteLevel(addPrefixSpace: false, trimOffsets: true, useRegex: false),
      ]),
      postProcessor: .byteLevel(addPrefixSpace: true, trimOffsets: false), decoder: .byteLevel)
  }

  private static func bert(lowercase: Bool) -> TrainingPipeline {
    TrainingPipeline(
      normalizer: .bert(
        cleanText: true, spaceChinese: true, stripAccents: nil, lowercase: lowercase),
      preTokenizer: .bert, decoder: .wordPiece(prefix: "##", cleanup: true))
  }

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let spaces = #"\s*[\r\n]+|\s+(?!\S)|\s+"#

  private static func cl100kPattern(number: String) -> String {
    contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|"# + number + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"#
      + spaces
  }

  private static let o200kPattern: String = {
    let lead = #"[^\r\n\p{L}\p{N}]?"#
    let capitals = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
    let smalls = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#
    return lead + capitals + "*" + smalls + "+" + contractions + "?|" + lead + capitals + "+"
      + smalls + "*" + contractions + #"?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + spaces
  }()
}
