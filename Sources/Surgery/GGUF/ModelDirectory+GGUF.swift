internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

extension ModelDirectory {
  /// Opens a model in a GGUF file.
  ///
  /// - Throws: `FileError`, `TokenizerFileError` when the file or its tokenizer cannot be read,
  ///   `ModelError` when its embeddings are missing or in a form that graft does not read.
  init(gguf path: String) throws {
    let model = try GGUFModel(path)
    let tokenizer = try TokenizerDefinition(contentsOf: path)
    let vocabulary = TokenizerVocabulary(tokenizer)
    let config = try Self.config(of: model)
    let tensors = try VocabularyTensors(gguf: model)
    self.init(
      path: path, config: config, tokenizer: tokenizer, vocabulary: vocabulary,
      specialTokens: SpecialTokens(tokenizerFiles: [], config: config, vocabulary: vocabulary),
      tensors: tensors, gguf: model)
  }

  /// What `config.json` would say of the vocabulary.
  private static func config(of model: GGUFModel) throws -> JSON {
    var members = [
      "\"model_type\":\(JSONText.string(model.architecture))", "\"vocab_size\":\(model.tokenCount)",
    ]
    for (role, id) in GGUFTokenizerPairs.specialIDs(model.header) {
      members.append("\(JSONText.string(role.idKey)):\(id)")
    }
    let text = "{\(members.joined(separator: ","))}"
    return try JSON(parsing: Array(text.utf8), source: model.file.path)
  }
}

extension VocabularyTensors {
  /// The tensors of a GGUF model.
  fileprivate init(gguf model: GGUFModel) throws(ModelError) {
    func entry(_ name: String) throws(ModelError) -> Entry? {
      try model.matrix(name).map { Entry(name: name, matrix: $0, isStoredAsRow: false) }
    }
    guard let input = try entry(GGUFModel.inputName) else {
      throw ModelError(model.file.path, .noEmbedding(expected: [GGUFModel.inputName]))
    }
    self.init(
      input: input, output: try entry(GGUFModel.outputName),
      biases: try entry(GGUFModel.biasName).map { [$0] } ?? [])
    if let other = ([output].compactMap { $0 } + biases).first(where: { $0.matrix.rows != rows }) {
      throw ModelError(
        model.file.path,
        .wrongRowCount(tensor: other.name, rows: other.matrix.rows, expected: rows))
    }
  }
}
