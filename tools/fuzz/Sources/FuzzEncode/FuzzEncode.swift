import FuzzDriver
import Graft

/// Any text through a tokenizer that ships with graft: offsets lie inside the text, and what is decoded
/// is what was encoded.
@main
enum FuzzEncode {
  static func main() throws {
    var root = #filePath
    for _ in 0..<5 { root = FileSystem.parent(root) }
    let tokenizer = try Tokenizer(contentsOf: root + "/vocabs/example-donor")
    fuzz { bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      guard let encoding = try? tokenizer.encode(text, addSpecialTokens: false) else { return }
      for range in encoding.offsets { precondition(range.upperBound <= text.utf8.count) }
      let decoded = try? tokenizer.decode(encoding.ids)
      precondition(decoded.map { Array($0.utf8) == Array(text.utf8) } == true)
    }
  }
}
