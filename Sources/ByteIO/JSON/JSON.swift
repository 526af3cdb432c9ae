/// A value inside a parsed JSON document.
///
/// The document stays the bytes it was; a value is an index into a table of where each value begins
/// and ends. Opening a tokenizer with hundreds of thousands of entries therefore makes no strings,
/// and an edit can replace one value and leave every other byte as it stood. Object members keep
/// their order and their duplicates.
public struct JSON: Sendable {
  let document: JSONDocument
  let index: Int

  /// Parses `bytes`, which must hold exactly one JSON value in UTF-8 (RFC 8259).
  ///
  /// - Parameter source: the name of the file, for messages.
  /// - Throws: `JSONError` with the byte offset of the first thing that is wrong.
  public init(parsing bytes: [UInt8], source: String) throws(JSONError) {
    let nodes = try bytes.withUnsafeBufferPointer { bytes throws(JSONError) in
      var parser = JSONParser(bytes: bytes, source: source)
      try parser.parse()
      return parser.nodes
    }
    document = JSONDocument(bytes: bytes, nodes: nodes, source: source)
    index = 0
  }

  init(document: JSONDocument, index: Int) {
    self.document = document
    self.index = index
  }

  /// The six kinds of JSON value.
  public enum Kind: UInt8, Sendable {
    case null, bool, number, string, array, object
  }

  var node: JSONNode { document.nodes[index] }

  public var kind: Kind { node.kind }

  /// Where the value's text stands in the document, in bytes.
  public var byteRange: Range<Int> { Int(node.start)..<Int(node.end) }

  /// The name of the file that the document came from.
  public var source: String { document.source }

  /// The value's text as it stands in the document.
  public var text: ArraySlice<UInt8> { document.bytes[byteRange] }
}

// MARK: - Members and elements

extension JSON {
  /// The value of the member called `key`; the last one where a key is repeated, as most parsers do.
  ///
  /// - Complexity: O(number of members).
  public subscript(key: String) -> JSON? {
    guard kind == .object else { return nil }
    var found: JSON?
    for member in members where member.keyEquals(key) { found = member.value }
    return found
  }

  /// One `"key": value` of an object.
  public struct Member: Sendable {
    /// The key, a string value.
    public let key: JSON
    public let value: JSON

    func keyEquals(_ text: String) -> Bool {
      // By bytes: canonically equivalent texts are one `String`, but two keys.
      key.node.hasEscapes
        ? key.utf8?.elementsEqual(text.utf8) == true
        : key.document.bytes[(Int(key.node.start) + 1)..<(Int(key.node.end) - 1)]
          .elementsEqual(text.utf8)
    }
  }

  /// The members of an object in the order of the file; empty for any other kind.
  public var members: Members { Members(self) }

  /// The elements of an array in order; empty for any other kind.
  public var elements: Elements { Elements(self) }

  /// The members of an object.
  public struct Members: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ object: JSON) {
      document = object.document
      end = object.kind == .object ? Int(object.node.next) : 0
      position = object.index + 1
    }

    public mutating func next() -> Member? {
      guard position < end else { return nil }
      let key = JSON(document: document, index: position)
      let value = JSON(document: document, index: position + 1)
      position = Int(value.node.next)
      return Member(key: key, value: value)
    }
  }

  /// The elements of an array.
  public struct Elements: Sequence, IteratorProtocol {
    private let document: JSONDocument
    private var position: Int
    private let end: Int

    init(_ array: JSON) {
      document = array.document
      end = array.kind == .array ? Int(array.node.next) : 0
      position = array.index + 1
    }

    public mutating func next() -> JSON? {
      guard position < end else { return nil }
      let element = JSON(document: document, index: position)
      position = Int(element.node.next)
      return element
    }
  }

  /// The number of elements of an array or of members of an object; 0 for any other kind.
  public var count: Int {
    switch kind {
    case .array, .object: Int(node.childCount)
    default: 0
    }
  }
}

// MARK: - Scalars

extension JSON {
  public var isNull: Bool { kind == .null }

  /// The value of `true` or `false`; `nil` for any other kind.
  public var bool: Bool? {
    kind == .bool ? document.bytes[Int(node.start)] == UInt8(ascii: "t") : nil
  }

  /// The UTF-8 bytes of a string with its escapes resolved; `nil` for any other kind.
  public var utf8: [UInt8]? {
    guard kind == .string else { return nil }
    let content = document.bytes[(Int(node.start) + 1)..<(Int(node.end) - 1)]
    guard node.hasEscapes else { return Array(content) }
    return Array(unsafeUninitializedCapacity: content.count) { output, count in
      count = content.withUnsafeBytes { JSONParser.unescape($0, into: output) }
    }
  }

  /// The text of a string; `nil` for any other kind.
  public var string: String? { utf8.map { String(decoding: $0, as: UTF8.self) } }

  /// A number without a fraction that fits `Int`; `nil` for anything else. `1.0`, `1e3` and `-0` are
  /// not accepted: where a format asks for an id, the reference readers refuse them.
  public var int: Int? {
    guard kind == .number else { return nil }
    return text.withUnsafeBytes(JSONReader.integer)
  }

  /// The nearest `Double` of a number; `nil` for any other kind.
  public var double: Double? {
    guard kind == .number else { return nil }
    return Double(String(decoding: text, as: UTF8.self))
  }
}

// MARK: - Where a value stands

extension JSON {
  /// The way from the root to this value, as in `model.merges[12]`; empty for the root.
  ///
  /// - Complexity: O(size of the document); meant for messages.
  public var path: String {
    var path = ""
    var current = JSON(document: document, index: 0)
    descent: while current.index != index {
      for member in current.members where member.value.contains(self) || member.key.contains(self) {
        let key = member.key.string ?? ""
        path += path.isEmpty ? key : "." + key
        if member.key.contains(self) { return path }
        current = member.value
        continue descent
      }
      for (position, element) in current.elements.enumerated() where element.contains(self) {
        path += "[\(position)]"
        current = element
        continue descent
      }
      break
    }
    return path
  }

  private func contains(_ other: JSON) -> Bool {
    index <= other.index && other.index < Int(node.next)
  }

  /// An error that says what was expected at this place and what stands there.
  public func unexpected(_ expectation: String) -> JSONError {
    let excerpt = String(decoding: text.prefix(40), as: UTF8.self)
    return invalid("must be \(expectation), but is \(text.count > 40 ? excerpt + "…" : excerpt)")
  }

  /// An error about this value; `complaint` follows its path, as in "`model.vocab` is empty".
  public func invalid(_ complaint: String) -> JSONError {
    let place = path
    let name = place.isEmpty ? "the document" : "`\(place)`"
    return JSONError(source: source, offset: Int(node.start), message: "\(name) \(complaint)")
  }
}

/// The bytes and the table that all values of one document share.
final class JSONDocument: Sendable {
  let bytes: [UInt8]
  let nodes: [JSONNode]
  let source: String

  init(bytes: [UInt8], nodes: [JSONNode], source: String) {
    self.bytes = bytes
    self.nodes = nodes
    self.source = source
  }
}

/// One value of a document in depth-first order. An object's keys are nodes before their values.
struct JSONNode: Sendable {
  var start: UInt32
  var end: UInt32
  /// The index after the last node inside this value.
  var next: UInt32
  var childCount: UInt32
  var kind: JSON.Kind
  var hasEscapes: Bool
}

/// A document that is not JSON, or whose JSON is not what its format asks for.
public struct JSONError: Error, Equatable, CustomStringConvertible {
  /// The file.
  public let source: String
  /// The byte at which the trouble stands.
  public let offset: Int
  /// What is wrong.
  public let message: String

  public init(source: String, offset: Int, message: String) {
    self.source = source
    self.offset = offset
    self.message = message
  }

  public var description: String { "\(source): \(message) (at byte \(offset))" }
}
