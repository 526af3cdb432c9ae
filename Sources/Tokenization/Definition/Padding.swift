/// How encodings are filled up to a common length.
public struct Padding: Sendable, Equatable {
  /// The length that encodings are filled up to.
  public enum Length: Sendable, Equatable {
    /// That of the longest encoding of a batch.
    case longest
    case fixed(Int)
  }

  public var length: Length
  /// If set, the length is rounded up to a multiple of it.
  public var multiple: Int?
  /// The end at which tokens are added.
  public var direction: TextEnd
  /// The token that is added.
  public var id: TokenID
  public var token: String
  /// The type id of added tokens.
  public var typeID: UInt32

  public init(
    length: Length = .longest, multiple: Int? = nil, direction: TextEnd = .right, id: TokenID = 0,
    token: String = "[PAD]", typeID: UInt32 = 0
  ) {
    self.length = length
    self.multiple = multiple
    self.direction = direction
    self.id = id
    self.token = token
    self.typeID = typeID
  }

  /// The length to fill up to when the longest encoding has `longest` tokens.
  func target(longest: Int) -> Int {
    let length =
      switch self.length {
      case .longest: longest
      case .fixed(let length): length
      }
    guard let multiple, multiple > 0, length % multiple > 0 else { return length }
    return length + multiple - length % multiple
  }
}
