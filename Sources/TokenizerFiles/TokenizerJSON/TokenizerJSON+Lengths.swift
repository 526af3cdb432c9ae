internal import ByteIO
internal import Tokenization

/// The sections `truncation` and `padding`.
extension TokenizerJSON {
  static func readTruncation(_ json: JSON) throws(JSONError) -> Truncation {
    let strategy = try json.required("strategy")
    var truncation = Truncation(
      maximumLength: try json.int("max_length", in: 0...Int.max),
      stride: try json.int("stride", in: 0...Int.max))
    switch strategy.string {
    case "LongestFirst": truncation.strategy = .longestFirst
    case "OnlyFirst": truncation.strategy = .onlyFirst
    case "OnlySecond": truncation.strategy = .onlySecond
    default: throw strategy.unexpected("\"LongestFirst\", \"OnlyFirst\" or \"OnlySecond\"")
    }
    if let direction = json["direction"] { truncation.direction = try readTextEnd(direction) }
    guard truncation.stride == 0 || truncation.stride < truncation.maximumLength else {
      throw json.invalid("has a `stride` that is not less than its `max_length`")
    }
    return truncation
  }

  static func readPadding(_ json: JSON) throws(JSONError) -> Padding {
    let strategy = try json.required("strategy")
    var padding = Padding(
      direction: try readTextEnd(json.required("direction")),
      id: try readID(json.required("pad_id")),
      token: try json.string("pad_token"), typeID: try readID(json.required("pad_type_id")))
    if strategy.string == "BatchLongest" {
      padding.length = .longest
    } else if strategy.kind == .object {
      padding.length = .fixed(try strategy.int("Fixed", in: 0...Int(Int32.max)))
    } else {
      throw strategy.unexpected("\"BatchLongest\" or an object with `Fixed`")
    }
    if let multiple = json.optional("pad_to_multiple_of") {
      padding.multiple = try multiple.expectInt(in: 0...Int(Int32.max))
    }
    return padding
  }

  private static func readTextEnd(_ json: JSON) throws(JSONError) -> TextEnd {
    switch json.string {
    case "Left": return .left
    case "Right": return .right
    default: throw json.unexpected("\"Left\" or \"Right\"")
    }
  }

  // MARK: Writing

  static func write(_ truncation: Truncation, _ json: inout PrettyJSONWriter) {
    json.object { json in
      json.member("direction", name(of: truncation.direction))
      json.key("max_length")
      json.int(truncation.maximumLength)
      let strategy =
        switch truncation.strategy {
        case .longestFirst: "LongestFirst"
        case .onlyFirst: "OnlyFirst"
        case .onlySecond: "OnlySecond"
        }
      json.member("strategy", strategy)
      json.key("stride")
      json.int(truncation.stride)
    }
  }

  static func write(_ padding: Padding, _ json: inout PrettyJSONWriter) {
    json.object { json in
      json.key("strategy")
      switch padding.length {
      case .longest: json.string("BatchLongest")
      case .fixed(let length):
        json.object { json in
          json.key("Fixed")
          json.int(length)
        }
      }
      json.member("direction", name(of: padding.direction))
      json.key("pad_to_multiple_of")
      if let multiple = padding.multiple { json.int(multiple) } else { json.null() }
      json.key("pad_id")
      json.int(padding.id)
      json.key("pad_type_id")
      json.int(padding.typeID)
      json.member("pad_token", padding.token)
    }
  }

  private static func name(of end: TextEnd) -> String { end == .left ? "Left" : "Right" }
}
