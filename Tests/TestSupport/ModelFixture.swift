internal import ByteIO
internal import Normalization
public import Tensors

/// A small model directory made in code: every tensor random, every choice a test needs a property.
public struct ModelFixture: Sendable {
  /// A special token and what the tokenizer's files say it is for.
  public struct Special: Sendable {
    public var role: String?
    public var content: String

    public init(_ role: String?, _ content: String) {
      self.role = role
      self.content = content
    }
  }

  // MARK: Tokenizer

  /// Special tokens, which take the first ids.
  public var specials = [Special("bos", "<s>"), Special("eos", "</s>")]
  /// Whether the 256 bytes are tokens; they follow the special ones.
  public var hasBytes = true
  /// The texts of further tokens.
  public var words: [String]
  /// Ids that no token gets.
  public var skippedIDs: Set<Int> = []

  // MARK: Weights

  public var inputName = "model.embed_tokens.weight"
  /// The tensor stored as output projection; none when `nil`.
  public var outputName: String? = "lm_head.weight"
  public var biasNames: [String] = []
  /// Whether biases are stored as one row, as `final_logits_bias` is.
  public var storesBiasesAsRows = false
  /// Further tensors with the content of the input embedding.
  public var inputCopies: [String] = []
  public var elementType = ElementType.float32
  public var dimension = 12
  /// Rows beyond those that the tokenizer needs; fewer rows when negative.
  public var extraRows = 0
  /// Rows that are not random.
  public var fixedRows: [Int: [Float]] = [:]
  /// The number of weight files; more than one have an index.
  public var shards = 1
  /// The size of a tensor of the body, in rows of `dimension`.
  public var bodyRows = 8
  public var seed: UInt64

  // MARK: Configs

  public var modelType: String? = "llama"
  public var architecture: String? = "LlamaForCausalLM"
  /// `tie_word_embeddings`; left out when `nil`.
  public var isTied: Bool? = false
  /// Where `config.json` describes the language model, and that part's `model_type`; in the document
  /// itself when `nil`.
  public var textConfig: (key: String, modelType: String)?
  /// `vocab_size`, where it is not the number of rows.
  public var vocabularySize: Int?
  /// Further members of `config.json`, as JSON text.
  public var config: [(key: String, value: String)] = []
  /// `generation_config.json`.
  public var generationConfig: String?
  /// Further files, by their paths within the directory.
  public var files: [(path: String, content: String)] = []

  public init(seed: UInt64, words: [String]) {
    self.seed = seed
    self.words = words
  }

  /// Words that two fixtures with overlapping ranges share in part.
  public static func words(_ numbers: Range<Int>) -> [String] { numbers.map { " word\($0)" } }

  // MARK: What results

  /// The tokens as the vocabulary spells them, with their ids.
  public var tokens: [(spelling: String, id: Int)] {
    var spellings = specials.map(\.content)
    if hasBytes { spellings += (0...255).map { Self.spelled([UInt8($0)]) } }
    spellings += words.map { Self.spelled(Array($0.utf8)) }
    var id = 0
    return spellings.map { spelling in
      while skippedIDs.contains(id) { id += 1 }
      defer { id += 1 }
      return (spelling, id)
    }
  }

  /// One more than the largest id.
  public var idBound: Int { (tokens.last?.id ?? -1) + 1 }

  /// The number of rows of the vocabulary's matrices.
  public var rows: Int { idBound + extraRows }

  /// The id of the token that stands for `text`.
  public func id(of text: String) -> Int? {
    tokens.first { $0.spelling == text || $0.spelling == Self.spelled(Array(text.utf8)) }?.id
  }

  private static func spelled(_ bytes: [UInt8]) -> String {
    var result = ""
    for byte in bytes { result.unicodeScalars.append(ByteAlphabet.scalar(for: byte)) }
    return result
  }
}

// MARK: - Writing

extension ModelFixture {
  /// Writes the directory at `path`, which must not exist, and returns the path.
  @discardableResult
  public func write(to path: String) throws -> String {
    try FileSystem.createDirectory(path)
    func write(_ name: String, _ content: String) throws {
      let file = try OutputFile(creating: path + "/" + name)
      try file.write(content)
      try file.finish()
    }
    try write("config.json", configText)
    try write("tokenizer.json", tokenizerText)
    try write("tokenizer_config.json", tokenizerConfigText)
    if let generationConfig { try write("generation_config.json", generationConfig) }
    for (name, content) in files {
      var directory = path
      for component in name.split(separator: "/").dropLast() {
        directory += "/" + component
        if !FileSystem.isDirectory(directory) { try FileSystem.createDirectory(directory) }
      }
      try write(name, content)
    }
    try writeWeights(to: path)
    return path
  }

  private var configText: String {
    var members: [(String, String)] = []
    if let architecture { members.append(("architectures", "[\"\(architecture)\"]")) }
    let size = "\(vocabularySize ?? rows)"
    if let textConfig {
      let text = "\"model_type\": \"\(textConfig.modelType)\", \"vocab_size\": \(size)"
      members.append((textConfig.key, "{\(text), \"hidden_size\": \(dimension)}"))
    } else {
      members.append(("hidden_size", "\(dimension)"))
    }
    if let modelType { members.append(("model_type", "\"\(modelType)\"")) }
    if let isTied { members.append(("tie_word_embeddings", "\(isTied)")) }
    if textConfig == nil { members.append(("vocab_size", size)) }
    members += config.map { ($0.key, $0.value) }
    let lines = members.map { "    \"\($0.0)\": \($0.1)" }
    return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
  }

  private var tokenizerConfigText: String {
    let roles = specials.compactMap { special in
      special.role.map { "\"\($0)_token\": \(JSONText.string(special.content))" }
    }
    return "{" + (["\"tokenizer_class\": \"X\""] + roles).joined(separator: ", ") + "}"
  }

  private var tokenizerText: String {
    let vocabulary = tokens.map { "\(JSONText.string($0.spelling)):\($0.id)" }
    let contents = Set(specials.map(\.content))
    let added = tokens.filter { contents.contains($0.spelling) }.map { token in
      """
      {"id":\(token.id),"content":\(JSONText.string(token.spelling)),"single_word":false,\
      "lstrip":false,"rstrip":false,"normalized":false,"special":true}
      """
    }
    return """
      {"version":"1.0","truncation":null,"padding":null,"added_tokens":\(JSONText.list(added)),
      "normalizer":null,
      "pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true},
      "post_processor":null,
      "decoder":{"type":"ByteLevel","add_prefix_space":true,"trim_offsets":true},
      "model":{"type":"BPE","vocab":{\(vocabulary.joined(separator: ","))},"merges":[]}}
      """
  }

  private func writeWeights(to path: String) throws {
    var outputs = [tensor("model.body", [bodyRows, dimension], seed: seed &+ 1)]
    outputs.append(vocabularyTensor(inputName, seed: seed &+ 2))
    outputs.append(tensor("model.convolution", [2, 3, 2], seed: seed &+ 3))
    if let outputName { outputs.append(vocabularyTensor(outputName, seed: seed &+ 4)) }
    for (index, name) in biasNames.enumerated() {
      let shape = storesBiasesAsRows ? [1, rows] : [rows]
      outputs.append(tensor(name, shape, seed: seed &+ 5 &+ UInt64(index)))
    }
    for name in inputCopies { outputs.append(vocabularyTensor(name, seed: seed &+ 2)) }
    outputs.append(
      TensorOutput(name: "model.steps", elementType: .int64, shape: [1]) { sink in
        try withUnsafeBytes(of: Int64(7)) { try sink.write(bytes: $0) }
      })
    let metadata = [(key: "format", value: "pt")]
    guard shards > 1 else {
      try SafetensorsWriter.write(outputs, metadata: metadata, to: path + "/model.safetensors")
      return
    }
    var map: [String] = []
    var total = 0
    for shard in 0..<shards {
      let name = "model-\(shard + 1)-of-\(shards).safetensors"
      let part = outputs.indices.filter { $0 % shards == shard }.map { outputs[$0] }
      total += try SafetensorsWriter.write(part, metadata: metadata, to: path + "/" + name)
      map += part.map { "\"\($0.name)\": \"\(name)\"" }
    }
    let index = try OutputFile(creating: path + "/model.safetensors.index.json")
    try index.write(
      "{\"metadata\": {\"total_size\": \(total)}, \"weight_map\": {\(map.joined(separator: ", "))}}"
    )
    try index.finish()
  }

  private func tensor(_ name: String, _ shape: [Int], seed: UInt64) -> TensorOutput {
    TensorOutput(name: name, elementType: elementType, shape: shape) { sink in
      var random = SeededGenerator(seed: seed)
      for _ in 0..<shape[0] {
        let row = (0..<shape[1...].reduce(1, *)).map { _ in random.normal() / 8 }
        try row.withUnsafeBufferPointer { try sink.write($0) }
      }
    }
  }

  private func vocabularyTensor(_ name: String, seed: UInt64) -> TensorOutput {
    TensorOutput(name: name, elementType: elementType, shape: [rows, dimension]) { sink in
      var random = SeededGenerator(seed: seed)
      for row in 0..<rows {
        let values = (0..<dimension).map { _ in random.normal() / 8 }
        try (fixedRows[row] ?? values).withUnsafeBufferPointer { try sink.write($0) }
      }
    }
  }
}
