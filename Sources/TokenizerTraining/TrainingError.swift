/// Why a tokenizer cannot be trained.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The different words of the corpus are longer together than positions can count.
  case tooManyCharacters(limit: Int)
  /// An existing tokenizer of this kind cannot be trained further.
  case cannotContinue(String)

  public var description: String {
    switch self {
    case .tooManyCharacters(let limit):
      "the different words of the corpus have more than \(limit) characters; cut texts into words, "
        + "or give the counts a smaller memory budget"
    case .cannotContinue(let reason): "training cannot go on from this tokenizer: \(reason)"
    }
  }
}
