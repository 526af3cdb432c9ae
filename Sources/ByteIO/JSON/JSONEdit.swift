/// Changes to the members of a JSON object that leave every other byte of the document as it stood:
/// order, indentation and number spellings included.
public struct JSONEdit {
  private let document: JSON
  private var replacements: [(range: Range<Int>, text: String)] = []
  private var additions: [(object: JSON, key: String, text: String)] = []

  /// Begins an edit of the document whose root is `document`.
  public init(_ document: JSON) { self.document = document }

  /// Sets the member `key` of `object` (the root when `nil`) to the JSON `text`.
  ///
  /// An existing member is replaced in place, every duplicate of it too; a new one is added at the end
  /// of the object. Of several changes of one member the last one counts, and a change inside a member
  /// that is replaced as a whole is lost.
  public mutating func set(_ key: String, to text: String, in object: JSON? = nil) {
    let object = object ?? document
    var isPresent = false
    for member in object.members where member.keyEquals(key) {
      replacements.append((member.value.byteRange, text))
      isPresent = true
    }
    guard !isPresent else { return }
    let place = additions.firstIndex {
      $0.object.byteRange == object.byteRange && $0.key.utf8.elementsEqual(key.utf8)
    }
    if let place {
      additions[place].text = text
    } else {
      additions.append((object, key, text))
    }
  }

  /// The bytes of the edited document.
  public func bytes() -> [UInt8] {
    var result: [UInt8] = []
    let source = document.document.bytes
    var position = 0
    let edits = (effectiveReplacements + insertions).sorted {
      $0.range.lowerBound < $1.range.lowerBound
    }
    // What lies inside a value that is replaced is lost with it.
    for (range, text) in edits where range.lowerBound >= position {
      result.append(contentsOf: source[position..<range.lowerBound])
      result.append(contentsOf: text.utf8)
      position = range.upperBound
    }
    return result + source[position...]
  }

  /// The additions to each object, where its last member ends, each on a line indented like the first.
  private var insertions: [(range: Range<Int>, text: String)] {
    let source = document.document.bytes
    return additions.indices.map { index in
      let (object, key, text) = additions[index]
      let members = Array(object.members)
      let place = members.last?.value.byteRange.upperBound ?? object.byteRange.lowerBound + 1
      let isFirst =
        members.isEmpty && !additions[..<index].contains { $0.object.byteRange == object.byteRange }
      let separator = Self.separator(before: members.first, in: object, source)
      return (
        place..<place, (isFirst ? "" : ",") + separator + JSONText.string(key) + ": " + text
      )
    }
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
