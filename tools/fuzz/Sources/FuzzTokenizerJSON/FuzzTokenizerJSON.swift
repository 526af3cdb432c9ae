import FuzzDriver
import Graft

/// Any bytes as a `tokenizer.json`: reading fails with an error or gives a tokenizer that encodes a
/// text or fails with an error.
@main
enum FuzzTokenizerJSON {
  static func main() {
    fuzz { bytes in
      guard let definition = try? TokenizerJSON.read(bytes, source: "input"),
        let tokenizer = try? Tokenizer(definition)
      else { return }
      if let encoding = try? tokenizer.encode("Hello, wörld! 123\n\t<s> 你好") {
        _ = try? tokenizer.decode(encoding.ids)
      }
    }
  }
}
