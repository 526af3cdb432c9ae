internal import Normalization
internal import Tokenization

/// OpenAI CLIP's `bpe_simple_vocab_16e6.txt.gz`: merges without a vocabulary.
///
/// The file has a header line and more merges than the model uses. CLIP's own code takes the first
/// 48,894 and derives the vocabulary from them.
enum CLIPMerges {
  static let endOfWordSuffix = "</w>"
  static let specialTokens = ["<|startoftext|>", "<|endoftext|>"]
  private static let vocabularySize = 49_152

  /// Whether the bytes begin with CLIP's header.
  static func isCLIP(_ bytes: [UInt8]) -> Bool {
    bytes.starts(with: "\"bpe_simple_vocab".utf8)
  }

  /// The merges that the model uses.
  static func read(_ bytes: [UInt8], source: String) throws(TokenizerFileError)
    -> [MergesFile.Line]
  {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      throw TokenizerFileError(source: source, message: "the file has no merges")
    }
    let used = vocabularySize - 256 - specialTokens.count
    var position = end + 1
    for _ in 0..<used {
      guard let next = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) else {
        position = bytes.count
        break
      }
      position = next + 1
    }
    // The header's line stays, empty, so that line numbers are those of the file.
    let lines = try MergesFile.read(Array(bytes[end..<position]), source: source)
    return Array(lines.prefix(used))
  }
}
