public import Tensors

/// A hypernetwork that cannot be used, or a model that it does not fit.
public struct HypernetworkError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// A file of the directory is missing.
    case missingFile(String)
    /// The weights stand in a form that graft does not read.
    case foreignWeights(file: String)
    /// The config is that of something else.
    case otherModel(String?)
    /// A member of the config asks for something that graft does not do.
    case unsupported(key: String, value: String)
    /// The weights cannot be opened.
    case checkpoint(CheckpointError)
    /// A tensor that the config asks for is not in the weights.
    case missingTensor(String)
    /// A tensor has another shape than the config gives it.
    case wrongShape(tensor: String, shape: [Int], expected: [Int])
    /// A row of a tensor holds an infinity or a NaN.
    case nonFinite(tensor: String, row: Int)
    /// The base's rows have another width than the hypernetwork reads.
    case wrongWidth(width: Int, expected: Int)
    /// The base has another number of matrices than the hypernetwork predicts.
    case wrongMatrices(isTied: Bool)
    /// The base has fewer rows than the hypernetwork was trained with.
    case tooFewRows(rows: Int, expected: Int)
    /// The hypernetwork wants a language, and none or an unknown one is given.
    case language(String?, known: [String])
    /// The results are not finite though all weights are.
    case overflow
    /// What is given to train on cannot be used.
    case training(String)
  }

  /// The directory of the hypernetwork.
  public let directory: String
  public let problem: Problem

  package init(_ directory: String, _ problem: Problem) {
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
    case .missingFile(let name): "there is no \(name), which a hypernetwork has"
    case .foreignWeights(let file):
      "the weights are in \(file), which graft does not read; load the hypernetwork with transformers "
        + "(trust_remote_code) and save it again by save_pretrained, which writes model.safetensors"
    case .otherModel(let type):
      "config.json is not that of a hypernetwork: its model_type is \(type ?? "missing"), "
        + "not \(HypernetworkConfig.modelType)"
    case .unsupported(let key, let value):
      "config.json has \(value) for `\(key)`, which graft does not do"
    case .missingTensor(let name):
      "the weights have no tensor `\(name)`, which config.json asks for"
    case .wrongShape(let tensor, let shape, let expected):
      "the tensor `\(tensor)` has the shape \(shape), but by config.json it has \(expected)"
    case .nonFinite(let tensor, let row):
      "row \(row) of the tensor `\(tensor)` has an infinite or undefined number; "
        + "the checkpoint is damaged"
    case .wrongWidth(let width, let expected):
      "the hypernetwork makes rows of \(expected) numbers (n_embd), but the model's have \(width); "
        + "it belongs to another model"
    case .wrongMatrices(let isTied):
      isTied
        ? "the hypernetwork predicts input and output rows, but the model has one matrix for both"
        : "the hypernetwork predicts one matrix, but the model has separate input and output rows"
    case .tooFewRows(let rows, let expected):
      "the hypernetwork was trained with \(expected) rows (original_vocab_size), but the model has "
        + "only \(rows)"
    case .language(nil, let known):
      "the hypernetwork wants to know the language; there are " + known.joined(separator: ", ")
    case .language(let code?, let known):
      known.isEmpty
        ? "the hypernetwork knows no languages, and so not `\(code)`"
        : "the hypernetwork does not know the language `\(code)`; there are "
          + known.joined(separator: ", ")
    case .overflow: "the hypernetwork's own numbers grow beyond what float32 holds"
    case .training(let message): message
    }
  }
}
