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
    /// A tensor does not have one row per token.
    case wrongRowCount(tensor: String, rows: Int, expected: Int)
    /// A row of a tensor holds an infinity or a NaN.
    case nonFinite(tensor: String, row: Int)
    /// The two tokenizers share no token.
    case nothingShared(donor: String)
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
    case .wrongRowCount(let tensor, let rows, let expected):
      "the tensor `\(tensor)` has \(rows) rows where \(expected) tokens are expected"
    case .nonFinite(let tensor, let row):
      "row \(row) of the tensor `\(tensor)` has an infinite or undefined number; "
        + "the checkpoint is damaged"
    case .nothingShared(let donor):
      "its tokenizer shares no token with the one of \(donor), so there is nothing to rebuild from"
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
