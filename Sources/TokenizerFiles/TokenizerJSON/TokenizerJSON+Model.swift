internal import ByteIO
internal import Tokenization

extension TokenizerJSON {
  static func readModel(_ json: JSON) throws(JSONError) -> TokenizationModel {
    switch try modelType(json.expectObject()) {
    case "BPE": return .bpe(try readBPE(json))
    case "Unigram": return .unigram(try readUnigram(json))
    case "WordPiece":
      var definition = WordPieceDefinition(vocabulary: try readVocabulary(json.required("vocab")))
      definition.unknownToken = try json.string("unk_token")
      definition.continuingPrefix = try json.string("continuing_subword_prefix")
      definition.maximumWordLength = try json.int("max_input_chars_per_word", in: 0...Int.max)
      return .wordPiece(definition)
    case "WordLevel":
      var definition = WordLevelDefinition(vocabulary: try readVocabulary(json.required("vocab")))
      definition.unknownToken = try json.string("unk_token")
      return .wordLevel(definition)
    default: throw unknownType(json, "model")
    }
  }

  /// The stated type; older files state none, and the reference tries what fits.
  private static func modelType(_ json: JSON) throws(JSONError) -> String {
    if let type = json["type"] { return try type.expectString() }
    if json["merges"] != nil { return "BPE" }
    if json["vocab"]?.kind == .array { return "Unigram" }
    return json["continuing_subword_prefix"] != nil ? "WordPiece" : "WordLevel"
  }

  /// An object from token to id. Where a token is repeated its last id counts.
  static func readVocabulary(_ json: JSON) throws(JSONError) -> Vocabulary {
    var builder = Vocabulary.Builder()
    for member in try json.expectObject().members {
      builder.add(member.key.utf8 ?? [], id: try readID(member.value))
    }
    return builder.vocabulary()
  }

  // MARK: BPE

  private static func readBPE(_ json: JSON) throws(JSONError) -> BPEDefinition {
    let vocabulary = try readVocabulary(json.required("vocab"))
    var definition = BPEDefinition(vocabulary: vocabulary, merges: [])
    try readBPEOptions(json, into: &definition)
    definition.merges = try readMerges(json.required("merges"), MergeLookup(definition))
    return definition
  }

  /// Everything about a BPE model but its vocabulary and merges.
  static func readBPEOptions(
    _ json: JSON, into definition: inout BPEDefinition
  ) throws(JSONError) {
    definition.continuingPrefix = try json.optionalString("continuing_subword_prefix")
    definition.endOfWordSuffix = try json.optionalString("end_of_word_suffix")
    definition.unknownToken = try json.optionalString("unk_token")
    definition.fusesUnknown = try json.bool("fuse_unk", default: false)
    definition.fallsBackToBytes = try json.bool("byte_fallback", default: false)
    definition.ignoresMerges = try json.bool("ignore_merges", default: false)
    if let dropout = json.optional("dropout") {
      guard let value = dropout.double, (0...1).contains(value) else {
        throw dropout.unexpected("a number from 0 to 1")
      }
      definition.dropout = Float(value)
    }
  }

  /// Merges as lists of two tokens, or in the older spelling as one text with a space; a file uses
  /// one of the two throughout.
  private static func readMerges(
    _ json: JSON, _ lookup: MergeLookup
  ) throws(JSONError) -> [BPEDefinition.Merge] {
    let elements = try json.expectArray()
    let isOlderSpelling = elements.first?.kind == .string
    var merges: [BPEDefinition.Merge] = []
    merges.reserveCapacity(elements.count)
    for element in elements {
      let (left, right): ([UInt8], [UInt8])
      if isOlderSpelling {
        guard let text = element.utf8 else {
          throw element.unexpected("a text, as the first merge")
        }
        if text.starts(with: "#version".utf8) { continue }
        let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2 else {
          throw element.unexpected("two tokens with one space between")
        }
        (left, right) = (Array(parts[0]), Array(parts[1]))
      } else {
        let parts = element.elements.compactMap(\.utf8)
        guard parts.count == 2, element.count == 2 else {
          throw element.unexpected("a list of two tokens")
        }
        (left, right) = (parts[0], parts[1])
      }
      do throws(MergeLookup.MissingToken) {
        merges.append(try lookup.merge(left, right))
      } catch {
        throw element.invalid(error.complaint)
      }
    }
    return merges
  }

  // MARK: Unigram

  private static func readUnigram(_ json: JSON) throws(JSONError) -> UnigramDefinition {
    var builder = Vocabulary.Builder()
    var scores: [Double] = []
    let pieces = try json.required("vocab")
    for piece in try pieces.expectArray() {
      let parts = try piece.expectArray()
      guard parts.count == 2, let token = parts[0].utf8, parts[1].kind == .number,
        let score = SerdeNumber.parse(parts[1].text)
      else { throw piece.unexpected("a token and its finite score") }
      builder.add(token, id: TokenID(scores.count))
      scores.append(score)
    }
    var definition = UnigramDefinition(vocabulary: builder.vocabulary(), scores: scores)
    if let unknown = json.optional("unk_id") {
      guard !scores.isEmpty else { throw pieces.invalid("is empty") }
      definition.unknownID = TokenID(try unknown.expectInt(in: 0...(scores.count - 1)))
    }
    definition.fallsBackToBytes = try json.bool("byte_fallback", default: false)
    return definition
  }
}
