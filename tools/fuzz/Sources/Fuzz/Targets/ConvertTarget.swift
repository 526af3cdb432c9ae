import Graft

/// Any bytes as a tokenizer file, written in every format that can hold it: where nothing is said to
/// be lost, what is read back tokenizes alike and loses nothing either.
struct ConvertTarget: Sendable {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func run(_ bytes: [UInt8]) {
    let path = scratch.write("input", bytes)
    guard let definition = try? TokenizerDefinition(contentsOf: path),
      let tokenizer = try? Tokenizer(definition)
    else { return }
    for format in TokenizerFormat.allCases {
      guard let conversion = try? TokenizerConversion(definition, to: format, source: "input"),
        conversion.losses.isEmpty
      else { continue }
      let output = scratch.path + "/output"
      try? FileSystem.removeTree(output)
      try? FileSystem.createDirectory(output)
      for file in conversion.files { _ = scratch.write("output/" + file.name, file.bytes) }
      do {
        let again = try TokenizerDefinition(contentsOf: output)
        let twice = try TokenizerConversion(again, to: format, source: "output")
        // Differences that no text can show may change the bytes, but nothing may get lost.
        precondition(twice.losses.isEmpty, "\(format) loses something the second time")
        try compare(Tokenizer(again), tokenizer, format)
      } catch {
        preconditionFailure("\(format) cannot be read back: \(error)")
      }
    }
  }

  private func compare(_ copy: Tokenizer, _ original: Tokenizer, _ format: TokenizerFormat) {
    for text in Exercise.texts {
      for special in [false, true] {
        let ids = try? original.encode(text, addSpecialTokens: special).ids
        let copied = try? copy.encode(text, addSpecialTokens: special).ids
        precondition(ids == copied, "\(format) is read back as another tokenizer")
      }
    }
  }
}
