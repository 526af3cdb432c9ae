internal import Tokenization

extension SentencePieceFile {
  /// Writes a model. One that was read from a file and not changed comes out byte for byte as the
  /// library writes it.
  static func write(_ definition: SentencePieceDefinition) -> [UInt8] {
    var file = ProtobufWriter()
    for (id, piece) in definition.pieces.enumerated() {
      if let carried = definition.carried.pieces[id],
        (try? readPiece(carried[...], index: id)) == piece
      {
        file.append(ModelField.pieces, content: carried)
      } else {
        file.append(ModelField.pieces, content: encoded(piece))
      }
    }
    file.append(ModelField.trainer, content: trainer(definition))
    file.append(
      ModelField.normalizer,
      content: normalizer(definition.normalization, carried: definition.carried.normalizer))
    // The self-test data have number 4 and stand between.
    var others = fields(of: definition.carried.others)
    let before = others.prefix { $0.number < ModelField.denormalizer }
    others.removeFirst(before.count)
    for field in before { file.append(encoded: field.bytes) }
    if let rules = definition.denormalization {
      file.append(
        ModelField.denormalizer,
        content: normalizer(rules, carried: definition.carried.denormalizer))
    }
    for field in others { file.append(encoded: field.bytes) }
    return file.bytes
  }

  /// A piece in the usual spelling, which leaves out the kind of a normal one.
  static func encoded(_ piece: SentencePieceDefinition.Piece) -> ArraySlice<UInt8> {
    var message = ProtobufWriter()
    message.append(PieceField.text, content: piece.text)
    message.append(PieceField.score, float: piece.score)
    if piece.kind != .normal { message.append(PieceField.kind, int: piece.kind.rawValue) }
    return message.bytes[...]
  }

  /// A message that is carried, with the fields in `values` set: in place where the message has
  /// them, among the others by number where it lacks them and they are not what their absence
  /// means.
  private static func merged(
    _ carried: [UInt8], _ values: [(number: Int, isDefault: Bool, bytes: [UInt8])]
  ) -> [UInt8] {
    var result: [(number: Int, bytes: [UInt8])] = []
    for field in fields(of: carried) {
      if let value = values.first(where: { $0.number == field.number }) {
        if !result.contains(where: { $0.number == field.number }) {
          result.append((value.number, value.bytes))
        }
      } else {
        result.append((field.number, Array(field.bytes)))
      }
    }
    for value in values
    where !value.isDefault && !result.contains(where: { $0.number == value.number }) {
      let index = result.firstIndex { $0.number > value.number } ?? result.count
      result.insert((value.number, value.bytes), at: index)
    }
    return result.flatMap(\.bytes)
  }

  private static func fields(of message: [UInt8]) -> [ProtobufReader.Field] {
    var reader = ProtobufReader(message[...])
    var fields: [ProtobufReader.Field] = []
    while let field = try? reader.next() { fields.append(field) }
    return fields
  }

  private static func encoded(_ append: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    append(&writer)
    return writer.bytes
  }

  private static func trainer(_ definition: SentencePieceDefinition) -> [UInt8] {
    typealias Name = TrainerField
    let standard = SentencePieceDefinition(pieces: [], algorithm: .unigram)
    var values: [(number: Int, isDefault: Bool, bytes: [UInt8])] = []
    func set(_ number: Int, _ bool: Bool) {
      values.append((number, !bool, encoded { $0.append(number, bool: bool) }))
    }
    func set(_ number: Int, _ int: Int, default other: Int) {
      values.append((number, int == other, encoded { $0.append(number, int: int) }))
    }
    func set(_ number: Int, _ text: String, default other: String) {
      values.append((number, text == other, encoded { $0.append(number, content: text.utf8) }))
    }
    set(
      Name.algorithm, definition.algorithm.rawValue,
      default: SentencePieceDefinition.Algorithm.unigram.rawValue)
    set(Name.whitespaceAsSuffix, definition.treatsWhitespaceAsSuffix)
    set(Name.byteFallback, definition.fallsBackToBytes)
    set(Name.unknownSurface, definition.unknownSurface, default: standard.unknownSurface)
    set(Name.unknownPiece, definition.unknownPiece, default: standard.unknownPiece)
    set(Name.beginningPiece, definition.beginningPiece, default: standard.beginningPiece)
    set(Name.endPiece, definition.endPiece, default: standard.endPiece)
    set(Name.paddingPiece, definition.paddingPiece, default: standard.paddingPiece)
    if definition.carried.trainer.isEmpty {
      set(Name.size, definition.pieces.count, default: -1)
      let unknown = definition.pieces.firstIndex { $0.kind == .unknown } ?? 0
      set(Name.unknownID, unknown, default: 0)
      set(Name.beginningID, id(of: definition.beginningPiece, definition), default: 1)
      set(Name.endID, id(of: definition.endPiece, definition), default: 2)
      set(Name.paddingID, id(of: definition.paddingPiece, definition), default: -1)
    }
    return merged(definition.carried.trainer, values)
  }

  private static func id(of name: String, _ definition: SentencePieceDefinition) -> Int {
    definition.controlID(name).map(Int.init) ?? -1
  }

  private static func normalizer(
    _ rules: SentencePieceDefinition.Normalization, carried: [UInt8]
  ) -> [UInt8] {
    typealias Name = NormalizerField
    var values: [(number: Int, isDefault: Bool, bytes: [UInt8])] = []
    func set(_ number: Int, _ bool: Bool) {
      values.append((number, bool, encoded { $0.append(number, bool: bool) }))
    }
    values.append(
      (
        Name.name, carried.isEmpty ? false : rules.name == "identity",
        encoded { $0.append(Name.name, content: rules.name.utf8) }
      ))
    values.append(
      (
        Name.characterMap, rules.characterMap.isEmpty,
        encoded { $0.append(Name.characterMap, content: rules.characterMap) }
      ))
    set(Name.dummyPrefix, rules.addsDummyPrefix)
    set(Name.extraWhitespace, rules.removesExtraWhitespace)
    set(Name.escapesWhitespace, rules.escapesWhitespace)
    return merged(carried, values)
  }
}
