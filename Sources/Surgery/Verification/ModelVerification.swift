internal import ByteIO
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// What is wrong with a model directory.
///
/// Every check runs that can still run after what an earlier one found, so that one look shows all
/// problems.
public struct ModelVerification: Sendable {
  /// The model directory.
  public let path: String
  /// What is wrong, in sentences.
  public private(set) var problems: [String] = []
  /// What could not be checked, and why.
  public private(set) var skipped: [String] = []

  /// Checks the directory at `path`.
  ///
  /// - Parameter other: a model whose vocabulary must be the same in all that ids depend on.
  /// - Complexity: O(size of the vocabulary's matrices).
  public init(_ path: String, sameIDsAs other: String? = nil) {
    self.path = path
    if let other, let pair = attempt({ (try ModelDirectory(path), try ModelDirectory(other)) }) {
      problems += SharedVocabulary(pair.0, pair.1).differences
    }
    guard FileSystem.isDirectory(path) else {
      problems.append(ModelError(path, .noDirectory).description)
      return
    }
    let config = attempt { try JSON(contentsOf: path + "/config.json").expectObject() }
    let tokenizer = attempt { try TokenizerDefinition(contentsOf: path + "/tokenizer.json") }
    let checkpoint = attempt { try Checkpoint(path) }
    if let tokenizer { checkRoundTrip(tokenizer) }
    guard let config else { return }
    let vocabulary = tokenizer.map(TokenizerVocabulary.init)
    let text = (try? VocabularyConfig(config, directory: path))?.text ?? config
    checkSize(text, vocabulary)
    if let bound = text["vocab_size"]?.int { checkIDs(config, text, bound, vocabulary) }
    guard let checkpoint,
      let tensors = attempt({
        try VocabularyTensors(checkpoint, VocabularyConfig(config, directory: path), config)
      })
    else { return }
    checkShapes(tensors, text)
    checkRows(tensors, vocabulary)
  }

  public var isSound: Bool { problems.isEmpty }

  /// The result of `body`; `nil` when it throws, and what it throws is a problem.
  private mutating func attempt<Result>(_ body: () throws -> Result) -> Result? {
    do { return try body() } catch {
      problems.append("\(error)")
      return nil
    }
  }

  // MARK: Tokenizer

  /// Texts that a tokenizer for general use gives back as they were.
  private static let samples = [
    "Hello, world!", "The quick brown fox jumps over the lazy dog.",
    "def f(x):\n\treturn x * 2  # twice\n", "Zażółć gęślą jaźń — 你好，世界 🙂 1234567890",
  ]

  private mutating func checkRoundTrip(_ definition: TokenizerDefinition) {
    let tokenizer: Tokenizer
    do throws(TokenizerError) { tokenizer = try Tokenizer(definition) } catch {
      if error.isUnavailable {
        skipped.append("the round trip of sample texts: \(error)")
      } else {
        problems.append("\(path)/tokenizer.json: \(error)")
      }
      return
    }
    for sample in Self.samples {
      guard let ids = attempt({ try tokenizer.encode(sample, addSpecialTokens: false).ids }),
        let text = attempt({ try tokenizer.decode(ids) })
      else { continue }
      // Where a normalizer or an unknown token may change a text, loading and running must do.
      if text != sample, definition.coversEveryByte {
        problems.append(
          "the tokenizer turns \(JSONText.string(sample)) into \(JSONText.string(text))")
      }
    }
  }

  // MARK: Configs

  private mutating func checkSize(_ config: JSON, _ vocabulary: TokenizerVocabulary?) {
    guard let size = config["vocab_size"]?.int, size > 0 else {
      problems.append("config.json has no vocab_size")
      return
    }
    if let bound = vocabulary?.idBound, bound > size {
      problems.append("the tokenizer has ids up to \(bound - 1), but vocab_size is \(size)")
    }
  }

  /// Every id that a config names must be a row and a token.
  private mutating func checkIDs(
    _ config: JSON, _ text: JSON, _ bound: Int, _ vocabulary: TokenizerVocabulary?
  ) {
    check(config, name: "config.json", bound, vocabulary)
    if text.byteRange != config.byteRange {
      check(text, name: "config.json, the part about text", bound, vocabulary)
    }
    let generationPath = path + "/generation_config.json"
    guard FileSystem.isFile(generationPath),
      let generation = attempt({ try JSON(contentsOf: generationPath).expectObject() })
    else { return }
    check(generation, name: "generation_config.json", bound, vocabulary)
  }

  private mutating func check(
    _ json: JSON, name: String, _ bound: Int, _ vocabulary: TokenizerVocabulary?
  ) {
    for member in json.members {
      guard let key = member.key.string, key.hasSuffix("_token_id"), !member.value.isNull else {
        continue
      }
      let values = member.value.kind == .array ? Array(member.value.elements) : [member.value]
      for value in values {
        guard let id = value.int else {
          problems.append("\(name): \(key) is no id")
          continue
        }
        // -1 is how configs without the token were written once.
        if id == -1 { continue }
        if id < 0 || id >= bound {
          problems.append("\(name): \(key) is \(id), outside the \(bound) rows")
        } else if let vocabulary, TokenID(exactly: id).flatMap(vocabulary.spelling) == nil {
          problems.append("\(name): \(key) is \(id), which no token of the tokenizer has")
        }
      }
    }
  }

  // MARK: Weights

  private mutating func checkShapes(_ tensors: VocabularyTensors, _ config: JSON) {
    let input = tensors.input
    if let size = config["vocab_size"]?.int, input.matrix.rows != size {
      problems.append("`\(input.name)` has \(input.matrix.rows) rows, but vocab_size is \(size)")
    }
    if let width = config["hidden_size"]?.int ?? config["n_embd"]?.int,
      config["embedding_size"] == nil, config["word_embed_proj_dim"] == nil,
      input.matrix.columns != width
    {
      problems.append(
        "`\(input.name)` has \(input.matrix.columns) columns, but the model is \(width) wide")
    }
    if let output = tensors.output, output.matrix.columns != input.matrix.columns {
      problems.append(
        "`\(output.name)` has \(output.matrix.columns) columns, `\(input.name)` has "
          + "\(input.matrix.columns)")
    }
  }

  /// No number may be infinite or undefined, and no token may have a row of zeros.
  private mutating func checkRows(_ tensors: VocabularyTensors, _ vocabulary: TokenizerVocabulary?)
  {
    for entry in [tensors.input, tensors.output].compactMap({ $0 }) {
      if let row = entry.matrix.firstNonFiniteRow {
        problems.append("row \(row) of `\(entry.name)` has an infinite or undefined number")
      }
      let zeros = entry.matrix.rowNorms.enumerated().filter { row, norm in
        norm == 0 && vocabulary?.spelling(of: TokenID(row)) != nil
      }
      if let first = zeros.first {
        let others = zeros.count > 1 ? " and of \(zeros.count - 1) more tokens" : ""
        problems.append("the row of token \(first.offset)\(others) in `\(entry.name)` is all zeros")
      }
    }
    for entry in tensors.biases {
      if let row = entry.matrix.firstNonFiniteRow {
        problems.append("element \(row) of `\(entry.name)` is infinite or undefined")
      }
    }
  }
}

extension TokenizerDefinition {
  /// Whether any text survives: every byte has a token and nothing is normalized away.
  fileprivate var coversEveryByte: Bool {
    guard normalizer == nil, case .bpe(let model) = model,
      case .byteLevel(addPrefixSpace: false, _, _)? = preTokenizer?.last
    else { return false }
    return model.hasByteAlphabet
  }
}

extension PreTokenizer {
  /// The last step of a sequence, or the pre-tokenizer itself.
  fileprivate var last: PreTokenizer {
    if case .sequence(let parts) = self, let part = parts.last { return part.last }
    return self
  }
}
