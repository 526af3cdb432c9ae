import ByteIO
import TestSupport
import Testing
import Tokenization
import TokenizerFiles

@testable import Surgery

/// Models whose tokenizer is in another format than tokenizer.json.
@Suite struct ModelTokenizerTests {
  /// Replaces a model's tokenizer.json by the same in another format.
  private func convert(_ model: String, to format: TokenizerFormat) throws -> [String] {
    let definition = try TokenizerDefinition(contentsOf: model)
    let conversion = try TokenizerConversion(definition, to: format, source: model)
    try FileSystem.removeTree(model + "/tokenizer.json")
    for file in conversion.files {
      let path = model + "/" + file.name
      // The model's own config knows the roles of its tokens.
      if FileSystem.isFile(path) { continue }
      let output = try OutputFile(creating: path)
      try output.write(file.bytes)
      try output.finish()
    }
    return conversion.files.map(\.name)
  }

  @Test("A donor with vocab.json and merges.txt gives the same model, and its files go along")
  func vocabularyAndMerges() throws {
    let (plain, converted) = (try TransplantCase(), try TransplantCase())
    let names = try convert(converted.donor, to: .vocabularyAndMerges)
    #expect(names.contains("vocab.json") && names.contains("merges.txt"))
    for models in [plain, converted] { _ = try models.transplant().write(to: models.out) }
    let weights = "/model.safetensors"
    #expect(try FileSystem.read(plain.out + weights) == FileSystem.read(converted.out + weights))
    for name in names {
      let (donor, out) = (converted.donor + "/" + name, converted.out + "/" + name)
      #expect(try FileSystem.read(donor) == FileSystem.read(out))
    }
    #expect(!FileSystem.isFile(converted.out + "/tokenizer.json"))
    #expect(
      try ModelDirectory(converted.out).vocabulary.ids == ModelDirectory(plain.out).vocabulary.ids)
  }

  @Test("A base may have any tokenizer")
  func base() throws {
    let (plain, converted) = (try TransplantCase(), try TransplantCase())
    _ = try convert(converted.base, to: .vocabularyAndMerges)
    for models in [plain, converted] { _ = try models.transplant().write(to: models.out) }
    let weights = "/model.safetensors"
    #expect(try FileSystem.read(plain.out + weights) == FileSystem.read(converted.out + weights))
    #expect(!FileSystem.isFile(converted.out + "/vocab.json"))
  }

  @Test("Other files of a directory are not taken for its tokenizer")
  func otherFiles() throws {
    let models = try TransplantCase()
    try FileSystem.removeTree(models.donor + "/tokenizer.json")
    let output = try OutputFile(creating: models.donor + "/notes.txt")
    try output.write(Array("one\ntwo\n".utf8))
    try output.finish()
    #expect(throws: ModelError(models.donor, .missingFile("tokenizer.json"))) {
      try ModelDirectory(models.donor)
    }
  }

  @Test(
    "Files of every tokenizer go along",
    arguments: [
      "tokenizer.json", "tokenizer.model", "tokenizer.model.v3", "spiece.model", "vocab.txt",
      "tekken.json", "tekken_240718.json", "qwen.tiktoken", "chat_template.jinja",
      "mistral_instruct_tokenizer_240323.model.v3",
    ])
  func tokenizerFiles(name: String) {
    #expect(ModelDirectory.isTokenizerFile(name))
  }

  @Test(
    "Files of a model do not",
    arguments: ["config.json", "model.safetensors", "pytorch_model.bin", "README.md", "vocab.md"])
  func modelFiles(name: String) {
    #expect(!ModelDirectory.isTokenizerFile(name))
  }
}
