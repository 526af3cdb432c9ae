/// A tokenizer file that is not what its format asks for.
public struct TokenizerFileError: Error, Equatable, CustomStringConvertible {
  /// Where in a file the trouble stands.
  public enum Place: Sendable, Equatable {
    /// The file as a whole.
    case file
    /// A byte, counted from 0.
    case byte(Int)
    /// A line, counted from 1.
    case line(Int)
    /// A named value.
    case key(String)
  }

  /// The file or directory.
  public let source: String
  public let place: Place
  /// What is wrong, and what to do about it where that can be said.
  public let message: String

  public init(source: String, place: Place = .file, message: String) {
    self.source = source
    self.place = place
    self.message = message
  }

  public var description: String {
    switch place {
    case .file: "\(source): \(message)"
    case .byte(let offset): "\(source): \(message) (at byte \(offset))"
    case .line(let number): "\(source): \(message) (in line \(number))"
    case .key(let key): "\(source): `\(key)` \(message)"
    }
  }
}
