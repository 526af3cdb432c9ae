internal import ByteIO
internal import Tokenization

/// sentencepiece's `.model`: a `ModelProto` of `sentencepiece_model.proto`.
enum SentencePieceFile {
  /// The numbers of the fields that tokenization depends on.
  enum ModelField { static let pieces = 1, trainer = 2, normalizer = 3, denormalizer = 5 }
  enum PieceField { static let text = 1, score = 2, kind = 3 }
  enum TrainerField {
    static let algorithm = 3, size = 4, whitespaceAsSuffix = 24, byteFallback = 35
    static let unknownID = 40, beginningID = 41, endID = 42, paddingID = 43
    static let unknownSurface = 44
    static let unknownPiece = 45, beginningPiece = 46, endPiece = 47, paddingPiece = 48
  }
  enum NormalizerField {
    static let name = 1, characterMap = 2, dummyPrefix = 3, extraWhitespace = 4
    static let escapesWhitespace = 5
  }

  /// Whether bytes begin like a model: with a first piece that begins with its text.
  static func isModel(_ bytes: [UInt8]) -> Bool {
    guard bytes.first == 0x0A else { return false }
    var reader = ProtobufReader(bytes[...])
    guard let field = try? reader.next(), case .bytes(let piece) = field.value else {
      // A first field that is broken is more likely a broken model than a text with control bytes.
      return bytes.dropFirst().first.map { $0 < 0x20 && $0 != 0x0A && $0 != 0x0D || $0 >= 0x80 }
        ?? false
    }
    return piece.first == 0x0A || piece.isEmpty || piece.first.map { $0 < 0x20 } == true
  }

  /// Reads a model.
  ///
  /// - Throws: `TokenizerFileError` with the byte or the piece at which the trouble stands.
  static func read(_ bytes: [UInt8], source: String) throws(TokenizerFileError)
    -> SentencePieceDefinition
  {
    let definition: SentencePieceDefinition
    do throws(ProtobufReader.Malformed) {
      definition = try readModel(bytes)
    } catch {
      throw TokenizerFileError(
        source: source, place: .byte(error.offset),
        message: "the SentencePiece model is damaged: \(error.complaint)")
    }
    do throws(TokenizerError) {
      try definition.validate()
    } catch {
      throw TokenizerFileError(source: source, message: error.description)
    }
    return definition
  }

  private static func readModel(_ bytes: [UInt8]) throws(ProtobufReader.Malformed)
    -> SentencePieceDefinition
  {
    var definition = SentencePieceDefinition(pieces: [], algorithm: .unigram)
    var reader = ProtobufReader(bytes[...])
    while let field = try reader.next() {
      switch field.number {
      case ModelField.pieces:
        let content = try field.content()
        let piece = try readPiece(content, index: definition.pieces.count)
        if encoded(piece) != content {
          definition.carried.pieces[definition.pieces.count] = Array(content)
        }
        definition.pieces.append(piece)
      case ModelField.trainer:
        let content = try field.content()
        definition.carried.trainer += content
        try readTrainer(content, into: &definition)
      case ModelField.normalizer:
        let content = try field.content()
        definition.carried.normalizer += content
        try readNormalization(content, into: &definition.normalization)
      case ModelField.denormalizer:
        let content = try field.content()
        definition.carried.denormalizer += content
        var rules = definition.denormalization ?? SentencePieceDefinition.Normalization()
        try readNormalization(content, into: &rules)
        definition.denormalization = rules
      default: definition.carried.others += field.bytes
      }
    }
    return definition
  }

  static func readPiece(
    _ message: ArraySlice<UInt8>, index: Int
  ) throws(ProtobufReader.Malformed) -> SentencePieceDefinition.Piece {
    var piece = SentencePieceDefinition.Piece(text: [], score: 0, kind: .normal)
    var reader = ProtobufReader(message)
    while let part = try reader.next() {
      switch part.number {
      case PieceField.text: piece.text = Array(try part.string().utf8)
      case PieceField.score: piece.score = try part.float()
      case PieceField.kind:
        let number = try part.int()
        guard let kind = SentencePieceDefinition.Kind(rawValue: number) else {
          throw ProtobufReader.Malformed(
            offset: part.offset, complaint: "piece \(index) has the unknown type \(number)")
        }
        piece.kind = kind
      default: break
      }
    }
    return piece
  }

  private static func readTrainer(
    _ message: ArraySlice<UInt8>, into definition: inout SentencePieceDefinition
  ) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case TrainerField.algorithm:
        let number = try field.int()
        guard let algorithm = SentencePieceDefinition.Algorithm(rawValue: number) else {
          throw ProtobufReader.Malformed(
            offset: field.offset, complaint: "the model has the unknown type \(number)")
        }
        definition.algorithm = algorithm
      case TrainerField.whitespaceAsSuffix:
        definition.treatsWhitespaceAsSuffix = try field.bool()
      case TrainerField.byteFallback: definition.fallsBackToBytes = try field.bool()
      case TrainerField.unknownSurface: definition.unknownSurface = try field.string()
      // An empty name stands for the default one.
      case TrainerField.unknownPiece: try readName(field, into: &definition.unknownPiece)
      case TrainerField.beginningPiece: try readName(field, into: &definition.beginningPiece)
      case TrainerField.endPiece: try readName(field, into: &definition.endPiece)
      case TrainerField.paddingPiece: try readName(field, into: &definition.paddingPiece)
      default: break
      }
    }
  }

  private static func readName(
    _ field: ProtobufReader.Field, into name: inout String
  ) throws(ProtobufReader.Malformed) {
    let text = try field.string()
    if !text.isEmpty { name = text }
  }

  private static func readNormalization(
    _ message: ArraySlice<UInt8>, into rules: inout SentencePieceDefinition.Normalization
  ) throws(ProtobufReader.Malformed) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      switch field.number {
      case NormalizerField.name: rules.name = try field.string()
      case NormalizerField.characterMap: rules.characterMap = Array(try field.content())
      case NormalizerField.dummyPrefix: rules.addsDummyPrefix = try field.bool()
      case NormalizerField.extraWhitespace: rules.removesExtraWhitespace = try field.bool()
      case NormalizerField.escapesWhitespace: rules.escapesWhitespace = try field.bool()
      default: break
      }
    }
  }
}
