public import Tensors

/// A language model that cannot be run, or an input that it cannot take.
public struct LanguageModelError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// The config names no architecture, or one that graft cannot run.
    case unknownArchitecture(String?)
    /// A member of the config asks for something that graft does not do.
    case unsupported(key: String, value: String)
    /// The weights cannot be opened.
    case checkpoint(CheckpointError)
    /// A tensor that the architecture has is not in the weights.
    case missingTensor(String)
    /// A tensor has another shape than the config gives it.
    case wrongShape(tensor: String, shape: [Int], expected: [Int])
    /// A row of a tensor holds an infinity or a NaN.
    case nonFinite(tensor: String, row: Int)
    /// The weights are finite, but a result is not.
    case overflow
    /// A sequence without tokens.
    case emptySequence
    /// An id that the embedding has no row for.
    case tokenOutOfRange(id: UInt32, rows: Int)
    /// A sequence reaches beyond the positions that the model has learned.
    case tooLong(positions: Int, limit: Int)
    /// Embedding rows of another width than the model's.
    case wrongWidth(width: Int, expected: Int)
  }

  /// The model directory.
  public let directory: String
  public let problem: Problem

  init(_ directory: String, _ problem: Problem) {
    self.directory = directory
    self.problem = problem
  }

  public var description: String {
    if case .checkpoint(let error) = problem { return error.description }
    return "\(directory): \(sentence)"
  }

  private var sentence: String {
    switch problem {
    case .checkpoint(let error): error.description
    case .unknownArchitecture(nil): "config.json has no model_type"
    case .unknownArchitecture(let type?):
      "graft cannot run the architecture `\(type)`; it runs "
        + ArchitectureFamily.knownTypes.joined(separator: ", ")
    case .unsupported(let key, let value):
      "config.json has \(value) for `\(key)`, which graft does not do"
    case .missingTensor(let name):
      "the weights have no tensor `\(name)`, which the architecture needs"
    case .wrongShape(let tensor, let shape, let expected):
      "the tensor `\(tensor)` has the shape \(shape), but by config.json it has \(expected)"
    case .nonFinite(let tensor, let row):
      "row \(row) of the tensor `\(tensor)` has an infinite or undefined number; "
        + "the checkpoint is damaged"
    case .overflow:
      "the model's own numbers grow beyond what float32 holds on this input"
    case .emptySequence: "a sequence to be run has no tokens"
    case .tokenOutOfRange(let id, let rows):
      "the token \(id) has no embedding; the model has \(rows) rows"
    case .tooLong(let positions, let limit):
      "a sequence of \(positions) tokens is too long: the model has learned \(limit) positions"
    case .wrongWidth(let width, let expected):
      "embeddings \(width) wide are given to a model that is \(expected) wide"
    }
  }
}
