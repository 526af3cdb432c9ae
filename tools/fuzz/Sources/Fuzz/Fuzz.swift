import Glibc
import Graft

/// Fuzzes what the environment variable `FUZZ_TARGET` names; see `run`.
@main
enum Fuzz {
  static func main() throws {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let makeTarget = targets[name] else {
      print(targets.keys.sorted().joined(separator: "\n"))
      exit(name.isEmpty ? 0 : 64)
    }
    LibFuzzer.run(try makeTarget())
  }

  /// One input, any bytes at all.
  typealias Target = @Sendable ([UInt8]) -> Void

  private static let targets: [String: @Sendable () throws -> Target] = [
    "added-tokens": { try AddedTokensTarget().run },
    "convert": { try ConvertTarget().run },
    "decode": { try DecodeTarget().run },
    "encode": { try EncodeTarget().run },
    "gguf": { try TokenizerFileTarget("vocabulary.gguf").run },
    "gzip": { try TokenizerFileTarget("tokenizer.json").run },
    "hypernetwork": { try HypernetworkTarget().run },
    "index": { try IndexTarget().run },
    "json": { JSONTarget().run },
    "model-config": { try TokenizerDirectoryTarget(["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"]).run },
    "pattern": { PatternTarget().run },
    "safetensors": { try SafetensorsTarget().run },
    "sentencepiece": { try TokenizerFileTarget("tokenizer.model").run },
    "spec": { try SpecTarget().run },
    "tekken": { try TokenizerFileTarget("tekken.json").run },
    "tiktoken": { try TokenizerFileTarget("vocabulary.tiktoken").run },
    "tokenizer-json": { try TokenizerFileTarget("tokenizer.json").run },
    "vocab-merges": { try TokenizerDirectoryTarget(["vocab.json", "merges.txt"]).run },
    "vocab-txt": { try TokenizerFileTarget("vocab.txt").run },
  ]
}
