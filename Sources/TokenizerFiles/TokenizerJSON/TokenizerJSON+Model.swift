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
    try json.expectObject().withReader { reader, object throws(JSONError) in
      var builder = Vocabulary.Builder(minimumCapacity: reader.count(object))
      var key = object + 1
      while key < reader.end(object) {
        guard let id = reader.int(key + 1), let id = TokenID(exactly: id) else {
          throw json.value(at: key + 1).unexpected("an integer from 0 to \(TokenID.max)")
        }
        if let token = reader.utf8(key) { builder.add(token, id: id) }
        key = reader.end(key + 1)
      }
      return builder.vocabulary()
    }
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
    guard json.kind == .array else { throw json.unexpected("an array") }
    var lookup = lookup
    return try json.withReader { reader, array throws(JSONError) in
      var merges: [BPEDefinition.Merge] = []
      merges.reserveCapacity(reader.count(array))
      var element = array + 1
      let isOlderSpelling = reader.count(array) > 0 && reader.kind(element) == .string
      while element < reader.end(array) {
        let value = json.value(at: element)
        let pair =
          isOlderSpelling
          ? try textPair(reader, element, value) : try listPair(reader, element, value)
        if let (left, right) = pair {
          do throws(MergeLookup.MissingToken) {
            merges.append(try lookup.merge(left, right))
          } catch {
            throw value.invalid(error.complaint)
          }
        }
        element = reader.end(element)
      }
      return merges
    }
  }

  /// The two tokens of a merge.
  private typealias Pair = (UnsafeRawBufferPointer, UnsafeRawBufferPointer)

  /// `"a b"`; `nil` for the version line that some files have as their first merge.
  private static func textPair(
    _ reader: JSONReader, _ index: Int, _ value: JSON
  ) throws(JSONError) -> Pair? {
    guard let text = reader.utf8(index) else {
      throw value.unexpected("a text, as the first merge")
    }
    if text.starts(with: "#version".utf8) { return nil }
    let space = UInt8(ascii: " ")
    guard let middle = text.firstIndex(of: space), middle == text.lastIndex(of: space) else {
      throw value.unexpected("two tokens with one space between")
    }
    return (
      UnsafeRawBufferPointer(rebasing: text[..<middle]),
      UnsafeRawBufferPointer(rebasing: text[(middle + 1)...])
    )
  }

  /// `["a", "b"]`
  private static func listPair(
    _ reader: JSONReader, _ index: Int, _ value: JSON
  ) throws(JSONError) -> Pair? {
    guard reader.kind(index) == .array, reader.count(index) == 2,
      let left = reader.utf8(index + 1, .first), let right = reader.utf8(index + 2, .second)
    else { throw value.unexpected("a list of two tokens") }
    return (left, right)
  }

  // MARK: Unigram

  private static func readUnigram(_ json: JSON) throws(JSONError) -> UnigramDefinition {
    let pieces = try json.required("vocab")
    let (vocabulary, scores) = try readPieces(pieces)
    var definition = UnigramDefinition(vocabulary: vocabulary, scores: scores)
    if let unknown = json.optional("unk_id") {
      guard !scores.isEmpty else { throw pieces.invalid("is empty") }
      definition.unknownID = TokenID(try unknown.expectInt(in: 0...(scores.count - 1)))
    }
    definition.fallsBackToBytes = try json.bool("byte_fallback", default: false)
    return definition
  }

  /// `[["▁the", -3.25], …]`
  private static func readPieces(_ json: JSON) throws(JSONError) -> (Vocabulary, [Double]) {
    guard json.kind == .array else { throw json.unexpected("an array") }
    return try json.withReader { reader, array throws(JSONError) in
      var builder = Vocabulary.Builder(minimumCapacity: reader.count(array))
      var scores: [Double] = []
      scores.reserveCapacity(reader.count(array))
      var piece = array + 1
      while piece < reader.end(array) {
        guard reader.kind(piece) == .array, reader.count(piece) == 2,
          let token = reader.utf8(piece + 1), let number = reader.number(piece + 2),
          let score = SerdeNumber.parse(number)
        else { throw json.value(at: piece).unexpected("a token and its finite score") }
        builder.add(token, id: TokenID(scores.count))
        scores.append(score)
        piece = reader.end(piece)
      }
      return (builder.vocabulary(), scores)
    }
  }
}
