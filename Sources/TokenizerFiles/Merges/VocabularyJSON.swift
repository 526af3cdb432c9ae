internal import Tokenization

/// `vocab.json`: an object from token to id.
enum VocabularyJSON {
  /// Writes a vocabulary on one line, ascending by id, as Hugging Face's library does.
  static func write(_ vocabulary: Vocabulary) -> [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "{")]
    for (index, entry) in vocabulary.entries.sorted(by: { $0.id < $1.id }).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      var key = PrettyJSONWriter()
      key.string(entry.token)
      bytes += key.bytes
      bytes += ":\(entry.id)".utf8
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}
