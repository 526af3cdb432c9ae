internal import ByteIO
public import Tokenization

/// A vocabulary made from a model's own: some of its tokens, perhaps under other ids, and perhaps new
/// ones.
public struct DerivedVocabulary: Sendable {
  /// How it was made.
  public enum Operation: String, Sendable { case prune, extend }

  public let operation: Operation
  /// The tokenizer with the new ids.
  public let definition: TokenizerDefinition
  /// The id that each token had, by its new id. New tokens are not among them.
  public let origins: [TokenID: TokenID]
  /// The new id of each token that is still there.
  let newIDs: [TokenID: TokenID]

  init(_ operation: Operation, _ definition: TokenizerDefinition, newIDs: [TokenID: TokenID]) {
    self.operation = operation
    self.definition = definition
    self.newIDs = newIDs
    origins = Dictionary(newIDs.map { ($0.value, $0.key) }, uniquingKeysWith: min)
  }

  /// `tokenizer_config.json` with the new ids: tokens that are gone are left out of
  /// `added_tokens_decoder`, all else stays as it stood.
  func tokenizerConfig(_ config: JSON) -> [UInt8] {
    var edit = JSONEdit(config)
    if let decoder = config["added_tokens_decoder"], decoder.kind == .object {
      let members = decoder.members.compactMap { member -> String? in
        guard let old = member.key.string.flatMap({ TokenID($0) }), let new = newIDs[old] else {
          return nil
        }
        return "\"\(new)\": \(String(decoding: member.value.text, as: UTF8.self))"
      }
      edit.set("added_tokens_decoder", to: "{\(members.joined(separator: ", "))}")
    }
    return edit.bytes()
  }
}
