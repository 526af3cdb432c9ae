/// A corpus that cannot be learned from.
public struct CorpusError: Error, Equatable, CustomStringConvertible {
  /// What is wrong.
  public enum Problem: Sendable, Equatable {
    /// The text is not UTF-8.
    case invalidUTF8
    /// A line of JSON Lines is not an object with a text.
    case badDocument(String)
    /// A document of JSON Lines is longer than can be held in memory.
    case documentTooLong(limit: Int)
    /// A pattern of the pipeline gave up on a text.
    case unsplittable(String)
  }

  /// The file.
  public let source: String
  /// The byte of the file at which the trouble stands.
  public let offset: Int
  public let problem: Problem

  public init(source: String, offset: Int, problem: Problem) {
    self.source = source
    self.offset = offset
    self.problem = problem
  }

  public var description: String {
    let complaint =
      switch problem {
      case .invalidUTF8: "the text is not valid UTF-8"
      case .badDocument(let reason): "the line is not a document: \(reason)"
      case .documentTooLong(let limit): "the document is longer than \(limit >> 20) MB"
      case .unsplittable(let reason): reason
      }
    return "\(source): \(complaint) (at byte \(offset))"
  }
}
