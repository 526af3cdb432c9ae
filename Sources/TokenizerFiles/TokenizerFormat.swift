internal import ByteIO

/// The formats of tokenizer files.
public enum TokenizerFormat: String, Sendable, CaseIterable {
  /// Hugging Face's `tokenizer.json`.
  case tokenizerJSON = "tokenizer.json"
  /// `vocab.json` and `merges.txt`, or GPT-2's `encoder.json` and `vocab.bpe`.
  case vocabularyAndMerges = "vocab-merges"
  /// OpenAI CLIP's `bpe_simple_vocab_16e6.txt.gz`.
  case clipMerges = "clip-merges"
  /// BERT's `vocab.txt`.
  case wordPieceVocabulary = "vocab.txt"
  /// tiktoken's ranks.
  case tiktoken
  /// Mistral's `tekken.json`.
  case tekken
  /// sentencepiece's `.model`.
  case sentencePiece = "sentencepiece"
  /// The vocabulary in a GGUF file.
  case gguf
  /// A directory as transformers saves it, with the files that name the special tokens.
  case modelDirectory = "directory"
}

extension TokenizerFormat {
  /// The format that a file of that name is meant to have; `nil` when the name does not say.
  public init?(fileName: String) {
    if fileName.hasSuffix("/") {
      self = .modelDirectory
      return
    }
    let formats: [(suffix: String, format: TokenizerFormat)] = [
      ("vocab.txt", .wordPieceVocabulary), ("tekken.json", .tekken), (".json", .tokenizerJSON),
      (".tiktoken", .tiktoken),
      (".model", .sentencePiece), (".gguf", .gguf),
    ]
    guard let match = formats.first(where: { fileName.hasSuffix($0.suffix) }) else { return nil }
    self = match.format
  }
}

/// What a file is, by its content.
enum FileContent {
  case tokenizerJSON(JSON)
  case tekken(JSON)
  case vocabulary(JSON)
  case merges
  case clipMerges
  case wordPieceVocabulary
  case tiktoken
  case sentencePiece

  /// Recognises a file that is not GGUF.
  ///
  /// - Throws: `JSONError` for a file that should be JSON and is not, `TokenizerFileError` for one
  ///   that is nothing known.
  static func recognise(_ bytes: [UInt8], source: String) throws -> FileContent {
    let first = bytes.first { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
    if SentencePieceFile.isModel(bytes) { return .sentencePiece }
    if first == UInt8(ascii: "{") { return try recognise(JSON(parsing: bytes, source: source)) }
    if CLIPMerges.isCLIP(bytes) { return .clipMerges }
    // The reader of JSON says what stands in the place of the file.
    if isPointerOrPage(bytes) { return try recognise(JSON(parsing: bytes, source: source)) }
    let lines = TextLines.first(4, of: bytes)
    let looksLikeText = !bytes.prefix(4096).contains { $0 < 0x09 }
    if looksLikeText, !lines.isEmpty {
      if lines.allSatisfy(isRank) { return .tiktoken }
      if bytes.starts(with: "#version".utf8) || lines.allSatisfy({ $0.columns.count == 2 }) {
        return .merges
      }
      if lines.allSatisfy({ $0.columns.count == 1 }), source.hasSuffix(".txt") || lines.count > 1 {
        return .wordPieceVocabulary
      }
    }
    if bytes.starts(with: "#version".utf8) { return .merges }
    if source.hasSuffix(".tiktoken") { return .tiktoken }
    if source.hasSuffix(".model") || !looksLikeText {
      throw TokenizerFileError(
        source: source, message: "the file is in none of the formats that graft knows")
    }
    // What is no format at all is most likely meant to be JSON; its reader says what is wrong.
    return try recognise(JSON(parsing: bytes, source: source))
  }

  private static func recognise(_ json: JSON) -> FileContent {
    if TekkenFile.isTekken(json) { return .tekken(json) }
    if json["model"]?.kind != .object, let first = json.members.first(where: { _ in true }),
      first.value.kind == .number
    {
      return .vocabulary(json)
    }
    return .tokenizerJSON(json)
  }

  /// Whether a line has the form of tiktoken's: base64, a space, a number.
  private static func isRank(_ line: ArraySlice<UInt8>) -> Bool {
    let columns = line.columns
    return columns.count == 2 && columns[0].count % 4 == 0 && !columns[1].isEmpty
      && columns[1].allSatisfy { $0 &- 0x30 < 10 }
  }

  /// A Git LFS pointer or an HTML page in the place of the file.
  private static func isPointerOrPage(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: "version https://git-lfs".utf8)
      || bytes.first == UInt8(ascii: "<")
        && bytes.prefix(16).contains(UInt8(ascii: "!"))
  }
}
