/// The pieces of a SentencePiece model as its algorithms look them up.
struct PieceTable: Sendable {
  let kinds: [SentencePieceDefinition.Kind]
  let scores: [Float]
  /// The pieces that stand for text: normal, user-defined and unused ones.
  let texts: Vocabulary
  /// The others: control, unknown and byte pieces. A name found here counts first.
  private let reserved: Vocabulary
  /// The kinds of reserved pieces by the pieces of text that have their names.
  private var shadowedKinds: [TokenID: SentencePieceDefinition.Kind] = [:]
  let unknownID: TokenID
  /// The ids of the 256 bytes; empty where the model does not fall back to them.
  let byteIDs: [TokenID]
  let userDefined: ByteTrie

  /// - Throws: `TokenizerError.invalidModel` for what the reference refuses (`InitializePieces`).
  init(_ definition: SentencePieceDefinition) throws(TokenizerError) {
    var texts = Vocabulary.Builder()
    var reserved = Vocabulary.Builder()
    var unknownID: TokenID?
    var byteIDs = [TokenID?](repeating: nil, count: 256)
    for (index, piece) in definition.pieces.enumerated() {
      let id = TokenID(index)
      let name = "piece \(index)"
      guard !piece.text.isEmpty else { throw .invalidModel("\(name) is empty") }
      guard piece.score.isFinite else { throw .invalidModel("the score of \(name) is not finite") }
      let previous =
        piece.kind.isText ? texts.add(piece.text, id: id) : reserved.add(piece.text, id: id)
      if let previous {
        let text = String(decoding: piece.text, as: UTF8.self)
        throw .invalidModel("\(name), `\(text)`, is the same as piece \(previous)")
      }
      if piece.kind == .unknown {
        guard unknownID == nil else { throw .invalidModel("\(name) is a second unknown piece") }
        unknownID = id
      }
      if piece.kind == .byte {
        guard definition.fallsBackToBytes else {
          throw .invalidModel("\(name) is a byte, but the model does not fall back to bytes")
        }
        guard let byte = ByteFallback.byte(piece.text) else {
          throw .invalidModel("\(name) should be a byte such as <0x0A>")
        }
        byteIDs[Int(byte)] = id
      }
    }
    guard let unknownID else { throw .invalidModel("there is no unknown piece") }
    if definition.fallsBackToBytes {
      self.byteIDs = byteIDs.compactMap(\.self)
      guard self.byteIDs.count == 256 else {
        throw .invalidModel("the model falls back to bytes, but not all 256 have a piece")
      }
    } else {
      self.byteIDs = []
    }
    self.unknownID = unknownID
    self.texts = texts.vocabulary()
    self.reserved = reserved.vocabulary()
    kinds = definition.pieces.map(\.kind)
    scores = definition.pieces.map(\.score)
    for (text, id) in self.reserved.entries {
      if let shadowed = self.texts.id(of: text) { shadowedKinds[shadowed] = kinds[Int(id)] }
    }
    userDefined = ByteTrie(
      definition.pieces.enumerated().filter { $0.element.kind == .userDefined }
        .map { ($0.element.text[...], UInt32($0.offset)) })
  }

  /// The id of a piece by its text; the unknown id when there is none.
  func id(of text: ArraySlice<UInt8>) -> TokenID {
    reserved.id(of: text) ?? texts.id(of: text) ?? unknownID
  }

  func kind(_ id: TokenID) -> SentencePieceDefinition.Kind { kinds[Int(id)] }

  /// The kind of the piece that is found by the name of a piece.
  func kind(ofNameOf id: TokenID) -> SentencePieceDefinition.Kind {
    shadowedKinds.isEmpty ? kinds[Int(id)] : shadowedKinds[id] ?? kinds[Int(id)]
  }

  func score(_ id: TokenID) -> Float { scores[Int(id)] }
}

extension SentencePieceDefinition.Kind {
  /// Whether such a piece can stand for a part of a text.
  fileprivate var isText: Bool { self == .normal || self == .userDefined || self == .unused }
}

extension SentencePieceDefinition {
  /// Checks what the reference checks when it opens a model.
  ///
  /// - Throws: `TokenizerError.invalidModel` with the first thing that is wrong.
  public func validate() throws(TokenizerError) { _ = try SentencePieceProcessor(self) }
}
