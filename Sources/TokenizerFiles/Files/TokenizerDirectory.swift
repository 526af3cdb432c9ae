package import ByteIO

/// A directory that holds a tokenizer in one or more files.
package enum TokenizerDirectory {
  /// The file names that tokenizers are stored under, the most complete ones first.
  private static let names = [
    "tokenizer.json", "tekken.json", "tokenizer.model", "spiece.model",
    "sentencepiece.bpe.model", "vocab.json", "encoder.json", "vocab.txt",
  ]
  /// What a tokenizer is recognised by when its name is none of those.
  private static let suffixes = [
    "tokenizer.json", ".model", ".tiktoken", ".gguf", "vocab.json", ".bpe", ".txt",
  ]

  /// The file to open in a directory.
  ///
  /// - Throws: `FileError` when the directory cannot be listed, `TokenizerFileError` when nothing
  ///   in it is a tokenizer.
  static func file(in directory: String, _ spec: TokenizerSpec) throws -> String {
    for name in [spec.file, spec.vocabularyFile, spec.mergesFile].compactMap(\.self) {
      for path in [directory + "/" + name, directory + "/" + name + ".gz"]
      where FileSystem.isFile(path) {
        return path
      }
    }
    if let name = try namedFile(in: directory) { return directory + "/" + name }
    let entries = try FileSystem.names(inDirectory: directory)
    for suffix in suffixes {
      let entry = entries.first { $0.hasSuffix(suffix) || $0.hasSuffix(suffix + ".gz") }
      if let entry { return directory + "/" + entry }
    }
    throw TokenizerFileError(
      source: directory,
      message: "the directory holds no tokenizer; graft looks for \(names.joined(separator: ", "))")
  }

  /// The name of the file in a directory that is a tokenizer by its name alone; `nil` when there is
  /// none. Other files of a model are never taken for one.
  package static func namedFile(in directory: String) throws(FileError) -> String? {
    let entries = try FileSystem.names(inDirectory: directory)
    for name in names {
      if let entry = entries.first(where: { $0 == name || $0 == name + ".gz" }) { return entry }
    }
    // `qwen.tiktoken`, `tekken_240718.json`, `mistral_instruct_tokenizer_240323.model.v3`
    return entries.first { entry in
      entry.hasSuffix(".tiktoken") || entry.hasPrefix("tekken")
        || entry.contains("tokenizer") && entry.contains(".model")
    }
  }

  /// The vocabulary and the merges of a BPE model of two files, given one of them.
  enum Companion {
    /// The merges that belong to a vocabulary, or the other way round; `nil` when there are none.
    static func of(_ path: String, named names: [String]) throws(FileError) -> String? {
      let directory = FileSystem.parent(path)
      let entries = try FileSystem.names(inDirectory: directory)
      for name in names {
        if let entry = entries.first(where: { $0 == name || $0 == name + ".gz" }) {
          return directory + "/" + entry
        }
      }
      // `tiny_bpe_vocab.json` goes with `tiny_bpe_merges.txt`.
      let own = FileSystem.lastComponent(path)
      for name in names {
        let entry = entries.first {
          $0 != own && ($0.hasSuffix(name) || $0.hasSuffix(name + ".gz"))
        }
        if let entry { return directory + "/" + entry }
      }
      return nil
    }
  }
}
