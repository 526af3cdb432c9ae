/// Changes to the members of a JSON object that leave every other byte of the document as it stood:
/// order, indentation and number spellings included.
public struct JSONEdit {
  private let document: JSON
  private var replacements: [(range: Range<Int>, text: String)] = []
  private var additions: [(key: String, text: String)] = []

  /// Begins an edit of the document whose root is `document`.
  public init(_ document: JSON) { self.document = document }

  /// Sets the member `key` of `object` (the root when `nil`) to the JSON `text`.
  ///
  /// An existing member is replaced in place, every duplicate of it too; a new one is added at the end
  /// of the root object. Members can be added only to the root. Of several changes of one member the
  /// last one counts, and a change inside a member that is replaced as a whole is lost.
  public mutating func set(_ key: String, to text: String, in object: JSON? = nil) {
    var isPresent = false
    for member in (object ?? document).members where member.keyEquals(key) {
      replacements.append((member.value.byteRange, text))
      isPresent = true
    }
    guard !isPresent && object == nil else { return }
    if let index = additions.firstIndex(where: { $0.key.utf8.elementsEqual(key.utf8) }) {
      additions[index].text = text
    } else {
      additions.append((key, text))
    }
  }

  /// The bytes of the edited document.
  public func bytes() -> [UInt8] {
    var result: [UInt8] = []
    let source = document.document.bytes
    var position = 0
    for (range, text) in effectiveReplacements {
      result.append(contentsOf: source[position..<range.lowerBound])
      result.append(contentsOf: text.utf8)
      position = range.upperBound
    }
    guard !additions.isEmpty else { return result + source[position...] }
    // New members go where the last one ends, each on a line indented like the first.
    let members = Array(document.members)
    let insertion = members.last?.value.byteRange.upperBound ?? document.byteRange.lowerBound + 1
    if insertion >= position {
      result.append(contentsOf: source[position..<insertion])
      position = insertion
    }
    let separator = Self.separator(before: members.first, in: document, source)
    for (offset, addition) in additions.enumerated() {
      let comma = members.isEmpty && offset == 0 ? "" : ","
      let line = comma + separator + JSONText.string(addition.key) + ": " + addition.text
      result.append(contentsOf: line.utf8)
    }
    return result + source[position...]
  }

  /// The replacements in the order of the document, none of them inside another.
  private var effectiveReplacements: [(range: Range<Int>, text: String)] {
    var latest: [Range<Int>: String] = [:]
    for (range, text) in replacements { latest[range] = text }
    var result: [(range: Range<Int>, text: String)] = []
    // Two values are apart or one holds the other; the outer one comes first.
    for (range, text) in latest.sorted(by: {
      ($0.key.lowerBound, -$0.key.upperBound) < ($1.key.lowerBound, -$1.key.upperBound)
    }) where range.lowerBound >= result.last?.range.upperBound ?? 0 {
      result.append((range, text))
    }
    return result
  }

  /// The white space between the object's brace and its first key.
  private static func separator(
    before member: JSON.Member?, in object: JSON, _ source: [UInt8]
  ) -> String {
    guard let member else { return "" }
    let gap = source[(object.byteRange.lowerBound + 1)..<member.key.byteRange.lowerBound]
    return String(decoding: gap, as: UTF8.self)
  }
}
