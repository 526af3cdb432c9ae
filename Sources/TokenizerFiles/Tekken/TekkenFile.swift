internal import ByteIO
internal import Normalization
internal import Tokenization

/// Mistral's `tekken.json`, as mistral-common reads it.
///
/// The ids of the special tokens come first; those of the vocabulary follow, in order of rank.
/// Special tokens are never matched in a text.
enum TekkenFile {
  /// Whether a document has the form of a Tekken file.
  static func isTekken(_ json: JSON) -> Bool {
    json["config"]?.kind == .object && json["vocab"]?.kind == .array
  }

  /// The special tokens of files that list none, which files of version 7 and before may do.
  private static let oldSpecialTokens = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
  ]

  /// Reads a tokenizer.
  ///
  /// - Throws: `JSONError` with the place of what is not as it should be.
  static func read(_ root: JSON) throws(JSONError) -> TokenizerDefinition {
    let config = try root.required("config")
    let specialCount = try config.int("default_num_special_tokens", in: 0...1_000_000)
    let size = try config.int("default_vocab_size", in: specialCount...Int(Int32.max))
    let vocabulary = try root.required("vocab")
    let ranks = try readRanks(vocabulary, count: size - specialCount)
    let special = try readSpecialTokens(root, count: specialCount)
    var definition = TiktokenFile.definition(
      ranks.model(firstID: TokenID(specialCount)), pattern: try config.string("pattern"))
    definition.addedTokenPolicy = .neverMatched
    definition.addedTokens = special.enumerated().map { id, token in
      AddedToken(id: TokenID(id), content: token, isNormalized: false, isSpecial: true)
    }
    func token(_ name: String) -> PostProcessor.SpecialToken? {
      special.firstIndex(of: name).map { PostProcessor.SpecialToken(token: name, id: TokenID($0)) }
    }
    definition.postProcessor = .surrounding(beginning: token("<s>"), end: token("</s>"))
    return definition
  }

  /// The first `count` tokens; their ranks must be their places.
  private static func readRanks(_ json: JSON, count: Int) throws(JSONError) -> RankedVocabulary {
    let entries = try json.expectArray()
    guard entries.count >= count else {
      throw json.invalid("has \(entries.count) tokens, but the config asks for \(count)")
    }
    var tokens: [(token: [UInt8], rank: TokenID)] = []
    var seen = Vocabulary.Builder()
    for (rank, entry) in entries.prefix(count).enumerated() {
      guard try entry.int("rank", in: 0...Int(Int32.max)) == rank else {
        throw entry.invalid("must have the rank \(rank): ranks are consecutive")
      }
      let text = try entry.required("token_bytes")
      guard let spelled = text.utf8, let token = Base64.decode(spelled), !token.isEmpty else {
        throw text.unexpected("base64")
      }
      guard rank >= 256 || token == [UInt8(rank)] else {
        throw text.invalid("must be the byte \(rank)")
      }
      if let other = seen.add(token, id: TokenID(rank)) {
        throw text.invalid("is the same as the token of rank \(other)")
      }
      tokens.append((token, TokenID(rank)))
    }
    do throws(RankedVocabulary.Defect) {
      return try RankedVocabulary(tokens)
    } catch {
      throw json.invalid("is not complete: \(error.complaint)")
    }
  }

  /// The special tokens by their ids; places that the file leaves free get a name of their own.
  private static func readSpecialTokens(_ root: JSON, count: Int) throws(JSONError) -> [String] {
    var tokens: [String] = []
    if let list = root.optional("special_tokens") {
      for (rank, entry) in try list.expectArray().enumerated() {
        guard try entry.int("rank", in: 0...Int(Int32.max)) == rank else {
          throw entry.invalid("must have the rank \(rank): ranks are consecutive")
        }
        tokens.append(try entry.string("token_str"))
      }
    } else {
      tokens = oldSpecialTokens
    }
    guard tokens.count <= count else {
      throw root.invalid("has \(tokens.count) special tokens, but the config allows \(count)")
    }
    tokens += (tokens.count..<count).map { "<SPECIAL_\($0)>" }
    guard Set(tokens).count == count else {
      throw root.invalid("has a special token twice")
    }
    return tokens
  }
}
