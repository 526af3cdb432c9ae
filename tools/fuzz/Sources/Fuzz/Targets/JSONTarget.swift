import Graft

/// Any bytes as JSON: parsing fails with an error inside the document, or every value can be read
/// and the text of each value parses as the same kind of value.
struct JSONTarget: Sendable {
  func run(_ bytes: [UInt8]) {
    do throws(JSONError) {
      let root = try JSON(parsing: bytes, source: "input")
      visit(root)
      guard root.kind == .object else { return }
      var edit = JSONEdit(root)
      edit.set("key", to: "1")
      let edited = try? JSON(parsing: edit.bytes(), source: "edited")
      precondition(edited?["key"]?.int == 1, "an edit was lost")
    } catch {
      precondition((0...bytes.count).contains(error.offset))
    }
  }

  private func visit(_ json: JSON) {
    _ = (json.int, json.double, json.bool)
    if let text = json.utf8 {
      precondition(String(validating: text, as: UTF8.self) != nil, "a string is not UTF-8")
    }
    precondition(json.byteRange.upperBound <= json.byteRange.lowerBound + json.text.count)
    for member in json.members {
      visit(member.key)
      visit(member.value)
    }
    for element in json.elements { visit(element) }
  }
}
