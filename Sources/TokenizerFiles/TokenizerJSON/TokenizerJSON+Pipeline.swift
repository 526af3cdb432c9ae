internal import ByteIO
internal import Normalization
internal import Tokenization

/// The parts before the model: normalizers and pre-tokenizers.
extension TokenizerJSON {
  static func readNormalizer(_ json: JSON) throws(JSONError) -> Normalizer {
    switch try json.string("type") {
    case "NFC": return .nfc
    case "NFD": return .nfd
    case "NFKC": return .nfkc
    case "NFKD": return .nfkd
    case "Lowercase": return .lowercase
    case "Strip":
      return .strip(left: try json.bool("strip_left"), right: try json.bool("strip_right"))
    case "StripAccents": return .stripAccents
    case "Prepend": return .prepend(try json.string("prepend"))
    case "Replace":
      return .replace(try readPattern(json.required("pattern")), with: try json.string("content"))
    case "ByteLevel": return .byteLevel
    case "Nmt": return .nmt
    case "BertNormalizer":
      let stripAccents =
        json.optional("strip_accents") == nil ? nil : try json.bool("strip_accents")
      return .bert(
        cleanText: try json.bool("clean_text"),
        spaceChinese: try json.bool("handle_chinese_chars"), stripAccents: stripAccents,
        lowercase: try json.bool("lowercase"))
    case "Precompiled":
      let charsmap = try json.required("precompiled_charsmap")
      guard let text = charsmap.utf8, let bytes = Base64.decode(text) else {
        throw charsmap.unexpected("base64")
      }
      return .precompiled(bytes)
    case "Sequence":
      var normalizers: [Normalizer] = []
      for part in try json.required("normalizers").expectArray() {
        normalizers.append(try readNormalizer(part))
      }
      return .sequence(normalizers)
    default: throw unknownType(json, "normalizer")
    }
  }

  static func readPreTokenizer(_ json: JSON) throws(JSONError) -> PreTokenizer {
    switch try json.string("type") {
    case "ByteLevel":
      return .byteLevel(
        addPrefixSpace: try json.bool("add_prefix_space"),
        trimOffsets: try json.bool("trim_offsets"),
        useRegex: try json.bool("use_regex", default: true))
    case "Split":
      return .split(
        try readPattern(json.required("pattern")), try readBehavior(json.required("behavior")),
        inverted: try json.bool("invert"))
    case "Punctuation":
      return .punctuation(try json.optional("behavior").map(readBehavior) ?? .isolated)
    case "Digits": return .digits(individual: try json.bool("individual_digits"))
    case "Metaspace": return try readMetaspace(json)
    case "Whitespace": return .whitespace
    case "WhitespaceSplit": return .whitespaceSplit
    case "BertPreTokenizer": return .bert
    case "CharDelimiterSplit": return .delimiter(try readScalar(json.required("delimiter")))
    case "UnicodeScripts": return .unicodeScripts
    case "FixedLength":
      return .fixedLength(try json["length"]?.expectInt(in: 1...Int(Int32.max)) ?? 5)
    case "Sequence":
      var parts: [PreTokenizer] = []
      for part in try json.required("pretokenizers").expectArray() {
        parts.append(try readPreTokenizer(part))
      }
      return .sequence(parts)
    default: throw unknownType(json, "pre-tokenizer")
    }
  }

  private static func readMetaspace(_ json: JSON) throws(JSONError) -> PreTokenizer {
    .metaspace(
      replacement: try readScalar(json.required("replacement")),
      prepend: try readMetaspacePrepend(json),
      split: json.optional("split") == nil ? true : try json.bool("split"))
  }

  /// The scheme, or what the older `add_prefix_space` meant.
  static func readMetaspacePrepend(_ json: JSON) throws(JSONError) -> MetaspacePrepend {
    guard let scheme = json.optional("prepend_scheme") else {
      return try json.bool("add_prefix_space", default: true) ? .always : .never
    }
    switch scheme.string {
    case "always": return .always
    case "never": return .never
    case "first": return .first
    default: throw scheme.unexpected("\"always\", \"never\" or \"first\"")
    }
  }

  static func readPattern(_ json: JSON) throws(JSONError) -> TextPattern {
    if let literal = json["String"]?.string { return .literal(literal) }
    if let regex = json["Regex"]?.string { return .regex(regex) }
    throw json.unexpected("an object with `String` or `Regex`")
  }

  static func readScalar(_ json: JSON) throws(JSONError) -> Unicode.Scalar {
    let scalars = try json.expectString().unicodeScalars
    guard let scalar = scalars.first, scalars.count == 1 else {
      throw json.unexpected("a single character")
    }
    return scalar
  }

  private static func readBehavior(_ json: JSON) throws(JSONError) -> SplitBehavior {
    switch json.string {
    case "Removed": return .removed
    case "Isolated": return .isolated
    case "MergedWithPrevious": return .mergedWithPrevious
    case "MergedWithNext": return .mergedWithNext
    case "Contiguous": return .contiguous
    default: throw json.unexpected("the name of a split behavior")
    }
  }
}
