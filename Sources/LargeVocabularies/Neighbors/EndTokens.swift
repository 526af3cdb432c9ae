internal import ByteIO
public import Surgery
public import Tokenization
internal import TokenizerFiles

extension ModelDirectory {
  /// The tokens that end a text: those of `generation_config.json`, else of the config and the tokenizer's
  /// files.
  public var endTokens: Set<TokenID> {
    let value = generationConfig?["eos_token_id"] ?? config["eos_token_id"]
    let stated = value.map {
      $0.kind == .array ? $0.elements.compactMap(\.int) : [$0.int].compactMap { $0 }
    }
    let ids = (stated ?? []).compactMap { TokenID(exactly: $0) }
    return Set(ids.isEmpty ? [specialTokens.ids[.eos]].compactMap { $0 } : ids)
  }
}
