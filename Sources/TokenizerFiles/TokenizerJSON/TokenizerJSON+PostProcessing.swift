internal import ByteIO
internal import Normalization
internal import Tokenization

/// The parts after the model: post-processors and decoders.
extension TokenizerJSON {
  static func readPostProcessor(_ json: JSON) throws(JSONError) -> PostProcessor {
    switch try json.string("type") {
    case "ByteLevel":
      return .byteLevel(
        addPrefixSpace: try json.bool("add_prefix_space"),
        trimOffsets: try json.bool("trim_offsets"))
    case "TemplateProcessing": return .template(try readTemplate(json))
    case "BertProcessing":
      return .bert(
        separator: try readNamedToken(json.required("sep")),
        classifier: try readNamedToken(json.required("cls")))
    case "RobertaProcessing":
      return .roberta(
        separator: try readNamedToken(json.required("sep")),
        classifier: try readNamedToken(json.required("cls")),
        addPrefixSpace: try json.bool("add_prefix_space"),
        trimOffsets: try json.bool("trim_offsets"))
    case "Sequence":
      var parts: [PostProcessor] = []
      for part in try json.required("processors").expectArray() {
        parts.append(try readPostProcessor(part))
      }
      return .sequence(parts)
    default: throw unknownType(json, "post-processor")
    }
  }

  /// `["[SEP]", 102]`
  private static func readNamedToken(_ json: JSON) throws(JSONError) -> PostProcessor.SpecialToken {
    let parts = try json.expectArray()
    guard parts.count == 2 else { throw json.unexpected("a token and its id") }
    return PostProcessor.SpecialToken(token: try parts[0].expectString(), id: try readID(parts[1]))
  }

  // MARK: Templates

  private static func readTemplate(_ json: JSON) throws(JSONError) -> PostProcessor.Template {
    var specialTokens: [String: [PostProcessor.SpecialToken]] = [:]
    for member in try json.required("special_tokens").expectObject().members {
      specialTokens[try member.key.expectString()] = try readTemplateToken(member.value)
    }
    let template = PostProcessor.Template(
      single: try readPieces(json.required("single")), pair: try readPieces(json.required("pair")),
      specialTokens: specialTokens)
    for case .special(let name, _) in template.single + template.pair
    where specialTokens[name] == nil {
      throw json.invalid("uses the special token `\(name)`, but its `special_tokens` lack it")
    }
    return template
  }

  private static func readTemplateToken(_ json: JSON) throws(JSONError)
    -> [PostProcessor.SpecialToken]
  {
    let ids = try json.required("ids").expectArray()
    let tokens = try json.required("tokens").expectArray()
    guard ids.count == tokens.count else {
      throw json.invalid("has unequal numbers of ids and tokens")
    }
    var result: [PostProcessor.SpecialToken] = []
    for (id, token) in zip(ids, tokens) {
      result.append(
        PostProcessor.SpecialToken(token: try token.expectString(), id: try readID(id)))
    }
    return result
  }

  private static func readPieces(_ json: JSON) throws(JSONError) -> [PostProcessor.Template.Piece] {
    var pieces: [PostProcessor.Template.Piece] = []
    for piece in try json.expectArray() { pieces.append(try readPiece(piece)) }
    return pieces
  }

  private static func readPiece(_ json: JSON) throws(JSONError) -> PostProcessor.Template.Piece {
    if let special = json["SpecialToken"] {
      return .special(try special.string("id"), typeID: try readID(special.required("type_id")))
    }
    let sequence = try json.required("Sequence")
    let typeID = try readID(sequence.required("type_id"))
    switch try sequence.string("id") {
    case "A": return .sequence(.a, typeID: typeID)
    case "B": return .sequence(.b, typeID: typeID)
    default: throw sequence.invalid("must have the id \"A\" or \"B\"")
    }
  }

  // MARK: Decoders

  static func readDecoder(_ json: JSON) throws(JSONError) -> Decoder {
    switch try json.string("type") {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Strip":
      return .strip(
        try readScalar(json.required("content")), start: try json.int("start", in: 0...Int.max),
        stop: try json.int("stop", in: 0...Int.max))
    case "Replace":
      return .replace(try readPattern(json.required("pattern")), with: try json.string("content"))
    case "WordPiece":
      return .wordPiece(prefix: try json.string("prefix"), cleanup: try json.bool("cleanup"))
    case "BPEDecoder": return .bpe(suffix: try json.string("suffix"))
    case "Metaspace":
      return .metaspace(
        replacement: try readScalar(json.required("replacement")),
        prepend: try readMetaspacePrepend(json))
    case "CTC":
      return .ctc(
        padding: try json.string("pad_token"),
        wordDelimiter: try json.string("word_delimiter_token"), cleanup: try json.bool("cleanup"))
    case "Sequence":
      var parts: [Decoder] = []
      for part in try json.required("decoders").expectArray() {
        parts.append(try readDecoder(part))
      }
      return .sequence(parts)
    default: throw unknownType(json, "decoder")
    }
  }
}
