internal import Tokenization

/// The pieces of a SentencePiece model that are not learnt, and their ids.
public struct SpecialPieces: Sendable, Equatable {
  /// A piece with a role, and the id that it shall have.
  public struct Role: Sendable, Equatable {
    public var text: String
    /// `nil` when there is no such piece.
    public var id: Int?

    public init(_ text: String, id: Int?) {
      self.text = text
      self.id = id
    }
  }

  /// Stands for characters without a piece; must have an id.
  public var unknown = Role("<unk>", id: 0)
  public var beginning = Role("<s>", id: 1)
  public var end = Role("</s>", id: 2)
  public var padding = Role("<pad>", id: nil)
  /// Pieces that no text yields, in the free ids.
  public var controlSymbols: [String] = []
  /// Pieces that are always taken whole, in the ids after them.
  public var userDefinedSymbols: [String] = []
  /// Whether there are pieces for all bytes, in which unknown characters are spelled.
  public var fallsBackToBytes = false

  /// SentencePiece's defaults.
  public init() {}

  /// The pieces by their ids.
  ///
  /// A control or user-defined symbol with the text of a role takes the role's place.
  ///
  /// - Throws: `UnigramTrainingError.specialPieceConflict`, and `.badSetting` when there is no
  ///   unknown piece.
  func table() throws(UnigramTrainingError) -> [Int: SentencePieceDefinition.Piece] {
    var table: [Int: SentencePieceDefinition.Piece] = [:]
    func piece(
      _ text: String, _ kind: SentencePieceDefinition.Kind
    ) throws(UnigramTrainingError) -> SentencePieceDefinition.Piece {
      guard !text.isEmpty else { throw .badSetting("a special piece must have a text") }
      return SentencePieceDefinition.Piece(text: Array(text.utf8), score: 0, kind: kind)
    }
    guard unknown.id != nil else { throw .badSetting("the unknown piece must have an id") }
    var roles: [String: Int] = [:]
    for role in [unknown, beginning, end, padding] {
      guard let id = role.id else { continue }
      guard id >= 0, table[id] == nil, roles[role.text] == nil else {
        throw .specialPieceConflict("the special piece \(role.text) needs a text and id of its own")
      }
      table[id] = try piece(role.text, role == unknown ? .unknown : .control)
      roles[role.text] = id
    }
    var next = 0
    var seen: Set<String> = []
    let bytes = fallsBackToBytes ? (0...255).map { ByteFallback.token(UInt8($0)) } : []
    for (texts, kind) in [
      (controlSymbols, SentencePieceDefinition.Kind.control), (userDefinedSymbols, .userDefined),
      (bytes, .byte),
    ] {
      for text in texts {
        guard seen.insert(text).inserted, text != unknown.text else {
          throw .specialPieceConflict("the special piece \(text) is named twice")
        }
        if let id = roles[text] {
          table[id]?.kind = kind
        } else {
          while table[next] != nil { next += 1 }
          table[next] = try piece(text, kind)
        }
      }
    }
    return table
  }
}
