internal import Normalization
internal import Tokenization

extension TekkenFile {
  /// Writes a tokenizer.
  ///
  /// - Returns: the file; `nil` for what the format has no words for: its special tokens have the first
  ///   ids, after them come the 256 bytes in order and then tokens in order of rank, and there is one
  ///   splitting pattern.
  static func write(_ definition: TokenizerDefinition) -> [UInt8]? {
    guard case .bpe(let model) = definition.model, let pattern = definition.splittingPattern,
      let special = specialTokens(of: definition),
      let ranks = RankedVocabulary(model), isNumbered(ranks, from: special.count)
    else { return nil }
    var json = PrettyJSONWriter()
    json.object { json in
      json.key("config")
      json.object { json in
        json.member("pattern", pattern)
        json.key("num_vocab_tokens")
        json.int(ranks.tokens.count)
        json.key("default_vocab_size")
        json.int(special.count + ranks.tokens.count)
        json.key("default_num_special_tokens")
        json.int(special.count)
        json.member("version", "v11")
      }
      json.key("vocab")
      json.array { json in
        for (rank, entry) in ranks.tokens.enumerated() { write(entry.token, rank: rank, &json) }
      }
      json.key("special_tokens")
      json.array { json in
        for (rank, token) in special.enumerated() {
          json.object { json in
            json.key("rank")
            json.int(rank)
            json.member("token_str", token)
            json.member("is_control", true)
          }
        }
      }
    }
    return json.bytes
  }

  private static func write(_ token: [UInt8], rank: Int, _ json: inout PrettyJSONWriter) {
    json.object { json in
      json.key("rank")
      json.int(rank)
      json.member("token_bytes", Base64.encode(token))
      json.key("token_str")
      json.optionalString(String(validating: token, as: UTF8.self))
    }
  }

  /// The special tokens, whose ids must be the first ones.
  private static func specialTokens(of definition: TokenizerDefinition) -> [String]? {
    let tokens = definition.addedTokens.sorted { $0.id < $1.id }
    guard tokens.enumerated().allSatisfy({ Int($0.element.id) == $0.offset }) else { return nil }
    return tokens.map(\.content)
  }

  private static func isNumbered(_ ranks: RankedVocabulary, from firstID: Int) -> Bool {
    ranks.tokens.enumerated().allSatisfy { place, entry in
      Int(entry.rank) == firstID + place && !entry.token.isEmpty
        && (place >= 256 || entry.token == [UInt8(place)])
    }
  }
}
