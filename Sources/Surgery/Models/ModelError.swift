/// A model directory that surgery cannot work on, or an operation that two models do not allow.
public struct ModelError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The directory does not exist.
    case noDirectory
    /// The directory lacks a file that every model has.
    case missingFile(String)
    /// The config names no architecture, or one that graft does not know.
    case unknownArchitecture(String?)
    /// None of the names under which the architecture stores its input embedding is there.
    case noEmbedding(expected: [String])
    /// Input and output are said to be two matrices, but there is only one.
    case noOutputMatrix(expected: [String])
    /// A tensor of the vocabulary is stored in a quantised form.
    case quantizedEmbedding(String)
    /// A tensor of the vocabulary in a GGUF file has a form that graft does not read.
    case unknownElements(tensor: String, type: Int)
    /// What was asked for cannot be done with a GGUF file.
    case notForGGUF(String)
    /// The model has further embeddings for every layer.
    case embeddingPerLayer(String)
    /// Two parts of the model have input embeddings that are not the same.
    case separateEmbedding(String, input: String)
    /// A config names a token that the model cannot do without and the new tokenizer does not have.
    case lostToken(key: String, name: String)
    /// The model counts positions from the id of the padding token, which would be another one.
    case paddingMoves(from: Int, to: Int?)
    /// A tensor does not have one row per token.
    case wrongRowCount(tensor: String, rows: Int, expected: Int)
    /// A row of a tensor holds an infinity or a NaN.
    case nonFinite(tensor: String, row: Int)
    /// The two tokenizers share no token.
    case nothingShared(donor: String)
    /// The tokens or the shapes of a model are not those of the one that it is said to be tuned from.
    case notFineTuned(of: String)
    /// A requested vocabulary size is smaller than the tokenizer needs.
    case vocabularyTooSmall(requested: Int, needed: Int)
    /// More rows are asked for than any vocabulary has.
    case vocabularyTooLarge(rows: Int, limit: Int)
    /// The models and the new rows take more memory than may be used.
    case memoryBudgetTooSmall(budget: Int, needed: Int)
    /// The model does not hold what is needed to give back its base.
    case notRestorable
    /// It was written by a graft that this one does not understand.
    case unknownRestorationFormat
    /// The new model would take the place of a model that it is made from.
    case destinationHoldsInput(String)
  }

  /// The model directory.
  public let directory: String
  public let problem: Problem

  init(_ directory: String, _ problem: Problem) {
    self.directory = directory
    self.problem = problem
  }

  public var description: String { "\(directory): \(sentence)" }

  private var sentence: String {
    switch problem {
    case .noDirectory: "there is no such model directory"
    case .missingFile(let name): "there is no \(name); a model directory needs one"
    case .unknownArchitecture(nil): "config.json has no model_type"
    case .unknownArchitecture(let type?):
      "graft does not know where the architecture `\(type)` keeps its embeddings; it knows "
        + ModelArchitecture.knownTypes.joined(separator: ", ")
    case .noEmbedding(let expected):
      "the weights have no input embedding (looked for \(expected.joined(separator: ", ")))"
    case .noOutputMatrix(let expected):
      "config.json says that input and output embeddings are separate, but the weights have no "
        + expected.joined(separator: " or ")
    case .quantizedEmbedding(let tensor):
      "the tensor `\(tensor)` is a quantised form of an embedding; only models whose embeddings are not "
        + "quantised can be operated on"
    case .unknownElements(let tensor, let type):
      "the tensor `\(tensor)` has llama.cpp's type \(type); the embeddings of a GGUF file must be F32, "
        + "F16, BF16 or Q8_0 (llama-quantize has --token-embedding-type and --output-tensor-type)"
    case .notForGGUF(let what): "\(what) is not possible with a GGUF file"
    case .embeddingPerLayer(let tensor):
      "it has an embedding for every layer as well (`\(tensor)`), which graft cannot rebuild"
    case .separateEmbedding(let tensor, let input):
      "`\(tensor)` is not the same as `\(input)`; a model whose parts have vocabularies of their own "
        + "cannot be operated on"
    case .lostToken(let key, let name):
      "its config names a token by `\(key)` (`\(name)`) that the new tokenizer does not have; add it to "
        + "that tokenizer, for instance with `graft extend --as-added`"
    case .paddingMoves(let old, let new):
      "it counts positions from pad_token_id, which is \(old) and would be "
        + (new.map(String.init) ?? "missing")
        + "; give the new tokenizer its padding token under the same id"
    case .wrongRowCount(let tensor, let rows, let expected):
      "the tensor `\(tensor)` has \(rows) rows where \(expected) tokens are expected"
    case .nonFinite(let tensor, let row):
      "row \(row) of the tensor `\(tensor)` has an infinite or undefined number; "
        + "the checkpoint is damaged"
    case .nothingShared(let donor):
      "its tokenizer shares no token with the one of \(donor), so there is nothing to rebuild from"
    case .notFineTuned(let base):
      "it is no fine-tuned form of \(base): vocabulary or width differ"
    case .vocabularyTooSmall(let requested, let needed):
      "a vocabulary of \(requested) rows is too small: the tokenizer needs \(needed)"
    case .memoryBudgetTooSmall(let budget, let needed):
      "the models and the new rows take \((needed >> 20) + 1) MiB of memory, and only "
        + "\(budget >> 20) MiB may be used; give more with --memory"
    case .notRestorable:
      "there is no \(RestorationLayout.directory) in it; only a model that was made with --restorable "
        + "can be turned back"
    case .unknownRestorationFormat:
      "its \(RestorationLayout.directory) was written by another version of graft"
    case .destinationHoldsInput(let input):
      "the new model would replace \(input), which it is made from; choose another place for it"
    case .vocabularyTooLarge(let rows, let limit):
      "a vocabulary of \(rows) rows is asked for, and at most \(limit) can be made; "
        + "look for a stray number in --pad-to, --vocab-size, vocab_size or the tokenizer's ids"
    }
  }
}
