import ByteIO
import TestSupport

/// A JSON value as a tree, to compare with what the parser finds.
indirect enum JSONValue: Equatable {
  case null
  case bool(Bool)
  case int(Int)
  case string([UInt8])
  case array([JSONValue])
  case object([(key: [UInt8], value: JSONValue)])

  static func == (left: JSONValue, right: JSONValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.int(let left), .int(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)):
      left.elementsEqual(right) { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }

  /// The tree below a parsed value.
  init(_ json: JSON) {
    switch json.kind {
    case .null: self = .null
    case .bool: self = .bool(json.bool ?? false)
    case .number: self = json.int.map(JSONValue.int) ?? .null
    case .string: self = .string(json.utf8 ?? [])
    case .array: self = .array(json.elements.map(JSONValue.init))
    case .object:
      self = .object(json.members.map { ($0.key.utf8 ?? [], JSONValue($0.value)) })
    }
  }
}

/// Random JSON trees and random ways to write them.
struct RandomJSON {
  private var generator: SeededGenerator
  private var texts: RandomText

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    texts = RandomText(seed: seed &+ 1)
  }

  mutating func value(depth: Int = 4) -> JSONValue {
    switch Int.random(in: 0...(depth > 0 ? 7 : 3), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .int(Int.random(in: -1_000_000...1_000_000, using: &generator))
    case 3: return .string(Array(texts.next(upTo: 8).utf8))
    case 4, 5: return .array((0..<small()).map { _ in value(depth: depth - 1) })
    default:
      return .object(
        (0..<small()).map { _ in (Array(texts.next(upTo: 4).utf8), value(depth: depth - 1)) })
    }
  }

  /// One of the many texts that stand for `value`: white space and escapes where they may be.
  mutating func text(_ value: JSONValue) -> String {
    space() + bare(value) + space()
  }

  private mutating func bare(_ value: JSONValue) -> String {
    switch value {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .int(let value): return String(value)
    case .string(let bytes): return quoted(bytes)
    case .array(let elements):
      return "[" + (elements.isEmpty ? space() : elements.map { text($0) }.joined(separator: ","))
        + "]"
    case .object(let members):
      let parts = members.map { space() + quoted($0.key) + space() + ":" + text($0.value) }
      return "{" + (parts.isEmpty ? space() : parts.joined(separator: ",")) + "}"
    }
  }

  private mutating func quoted(_ bytes: [UInt8]) -> String {
    let shortcuts: [Unicode.Scalar: String] = [
      "\"": "\\\"", "\\": "\\\\", "/": "\\/", "\u{8}": "\\b", "\u{C}": "\\f", "\n": "\\n",
      "\r": "\\r", "\t": "\\t",
    ]
    var result = "\""
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
      if let shortcut = shortcuts[scalar], Bool.random(using: &generator) {
        result += shortcut
      } else if mustEscape || Int.random(in: 0..<4, using: &generator) == 0 {
        for unit in UTF16.encode(scalar)! {
          let digits = String(unit, radix: 16, uppercase: Bool.random(using: &generator))
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private mutating func small() -> Int { Int.random(in: 0...3, using: &generator) }

  private mutating func space() -> String {
    String((0..<small()).compactMap { _ in " \n\r\t".randomElement(using: &generator) })
  }
}
