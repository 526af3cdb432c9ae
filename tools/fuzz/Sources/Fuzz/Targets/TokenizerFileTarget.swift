import Graft

/// Any bytes as a tokenizer file: reading fails with an error or gives a tokenizer.
struct TokenizerFileTarget: Sendable {
  private let scratch: Scratch
  private let name: String

  init(_ name: String) throws {
    scratch = try Scratch()
    self.name = name
  }

  func run(_ bytes: [UInt8]) {
    let path = scratch.write(name, bytes)
    if let definition = try? TokenizerDefinition(contentsOf: path) { Exercise.use(definition) }
  }
}

/// Any bytes as several files of a directory, apart by lines of `%%`. A small vocabulary stands
/// beside those that are not one.
struct TokenizerDirectoryTarget: Sendable {
  private let scratch: Scratch
  private let names: [String]

  init(_ names: [String]) throws {
    scratch = try Scratch()
    self.names = names
    if !names.contains("vocab.json") {
      _ = scratch.write("vocab.txt", "[UNK]\n[CLS]\n[SEP]\na\n##b\nthe\n".utf8)
    }
  }

  func run(_ bytes: [UInt8]) {
    let contents = parts(bytes, atMost: names.count)
    for (name, content) in zip(names, contents) { _ = scratch.write(name, content) }
    for name in names.dropFirst(contents.count) { scratch.remove(name) }
    if let definition = try? TokenizerDefinition(contentsOf: scratch.path) {
      Exercise.use(definition)
    }
  }
}
