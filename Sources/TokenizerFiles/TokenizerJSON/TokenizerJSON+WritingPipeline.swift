internal import Normalization
internal import Tokenization

/// The parts before the model. The order of members is that of Hugging Face's library.
extension TokenizerJSON {
  static func write(_ normalizer: Normalizer, _ json: inout PrettyJSONWriter) {
    json.object { json in
      switch normalizer {
      case .nfc: json.member("type", "NFC")
      case .nfd: json.member("type", "NFD")
      case .nfkc: json.member("type", "NFKC")
      case .nfkd: json.member("type", "NFKD")
      case .lowercase: json.member("type", "Lowercase")
      case .stripAccents: json.member("type", "StripAccents")
      case .byteLevel: json.member("type", "ByteLevel")
      case .nmt: json.member("type", "Nmt")
      case .strip(let left, let right):
        json.member("type", "Strip")
        json.member("strip_left", left)
        json.member("strip_right", right)
      case .prepend(let text):
        json.member("type", "Prepend")
        json.member("prepend", text)
      case .replace(let pattern, let replacement):
        json.member("type", "Replace")
        json.member("pattern", pattern)
        json.member("content", replacement)
      case .bert(let cleanText, let spaceChinese, let stripAccents, let lowercase):
        json.member("type", "BertNormalizer")
        json.member("clean_text", cleanText)
        json.member("handle_chinese_chars", spaceChinese)
        json.key("strip_accents")
        if let stripAccents { json.bool(stripAccents) } else { json.null() }
        json.member("lowercase", lowercase)
      case .precompiled(let map):
        json.member("type", "Precompiled")
        json.member("precompiled_charsmap", Base64.encode(map))
      case .sequence(let parts):
        json.member("type", "Sequence")
        json.key("normalizers")
        json.array { json in for part in parts { write(part, &json) } }
      }
    }
  }

  static func write(_ preTokenizer: PreTokenizer, _ json: inout PrettyJSONWriter) {
    json.object { json in
      switch preTokenizer {
      case .byteLevel(let addPrefixSpace, let trimOffsets, let useRegex):
        json.member("type", "ByteLevel")
        json.member("add_prefix_space", addPrefixSpace)
        json.member("trim_offsets", trimOffsets)
        json.member("use_regex", useRegex)
      case .split(let pattern, let behavior, let inverted):
        json.member("type", "Split")
        json.member("pattern", pattern)
        json.member("behavior", name(of: behavior))
        json.member("invert", inverted)
      case .punctuation(let behavior):
        json.member("type", "Punctuation")
        json.member("behavior", name(of: behavior))
      case .digits(let individual):
        json.member("type", "Digits")
        json.member("individual_digits", individual)
      case .metaspace(let replacement, let prepend, let split):
        json.member("type", "Metaspace")
        writeMetaspace(replacement, prepend, split: split, &json)
      case .whitespace: json.member("type", "Whitespace")
      case .whitespaceSplit: json.member("type", "WhitespaceSplit")
      case .bert: json.member("type", "BertPreTokenizer")
      case .delimiter(let delimiter):
        json.member("type", "CharDelimiterSplit")
        json.member("delimiter", String(delimiter))
      case .unicodeScripts: json.member("type", "UnicodeScripts")
      case .fixedLength(let length):
        json.member("type", "FixedLength")
        json.key("length")
        json.int(length)
      case .sequence(let parts):
        json.member("type", "Sequence")
        json.key("pretokenizers")
        json.array { json in for part in parts { write(part, &json) } }
      }
    }
  }

  static func writeMetaspace(
    _ replacement: Unicode.Scalar, _ prepend: MetaspacePrepend, split: Bool,
    _ json: inout PrettyJSONWriter
  ) {
    json.member("replacement", String(replacement))
    let scheme =
      switch prepend {
      case .always: "always"
      case .never: "never"
      case .first: "first"
      }
    json.member("prepend_scheme", scheme)
    json.member("split", split)
  }

  private static func name(of behavior: SplitBehavior) -> String {
    switch behavior {
    case .removed: "Removed"
    case .isolated: "Isolated"
    case .mergedWithPrevious: "MergedWithPrevious"
    case .mergedWithNext: "MergedWithNext"
    case .contiguous: "Contiguous"
    }
  }
}
