import Graft

/// Any bytes as a spec, put around a small vocabulary of ranks.
struct SpecTarget: Sendable {
  private let scratch: Scratch
  private let files: [String]

  init() throws {
    scratch = try Scratch()
    let bytes = Self.ranks()
    files = [scratch.write("vocabulary.tiktoken", bytes), scratch.write("vocab.txt", "[UNK]\na\nb\n".utf8)]
  }

  private static func ranks() -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var bytes: [UInt8] = []
    for byte in 0..<256 {
      bytes += [alphabet[byte >> 2], alphabet[(byte & 3) << 4], UInt8(ascii: "="), UInt8(ascii: "=")]
      bytes += " \(byte)\n".utf8
    }
    return bytes
  }

  func run(_ bytes: [UInt8]) {
    guard let json = try? JSON(parsing: bytes, source: "spec"), let spec = try? TokenizerSpec(json)
    else { return }
    for file in files {
      if let definition = try? TokenizerDefinition(contentsOf: file, spec: spec) {
        Exercise.use(definition)
      }
    }
  }
}
