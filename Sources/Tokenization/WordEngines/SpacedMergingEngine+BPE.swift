internal import Normalization

/// Files of Hugging Face's kind that were made of a SentencePiece model: spaces become marks, and
/// nothing else happens to a text before its characters are merged.
extension SpacedMergingEngine {
  /// When a mark is put in front of a part of the text.
  enum Prefix: Sendable {
    case never, always
    /// Where no space stands there.
    case unlessSpaced
    /// The same, but only at the beginning of the whole text.
    case unlessSpacedAtStart
  }

  /// How the definition puts marks in front of texts; `nil` when it does anything else to them.
  static func prefix(_ definition: TokenizerDefinition) -> Prefix? {
    let mark = "\u{2581}"
    let marking = Normalizer.replace(.literal(" "), with: mark)
    // After `marking` there is no space left to split at.
    let splitsNothing =
      switch definition.preTokenizer {
      case nil, .split(.literal(" "), _, inverted: false): true
      default: false
      }
    switch definition.normalizer {
    case marking where splitsNothing: return .never
    case .sequence([.prepend(mark), marking]) where splitsNothing: return .always
    case nil:
      guard
        case .metaspace("\u{2581}", let prepend, split: false) = definition.preTokenizer
      else { return nil }
      return switch prepend {
      case .always: .unlessSpaced
      case .first: .unlessSpacedAtStart
      case .never: .never
      }
    default: return nil
    }
  }

  /// - Returns: `nil` for a model that does anything but merge known characters and spell others in
  ///   bytes, or whose units depend on one another.
  init?(_ definition: BPEDefinition, _ encoder: BytePairEncoder) {
    let vocabulary = definition.vocabulary
    guard let byteIDs = encoder.allFallbackIDs, !definition.ignoresMerges,
      (definition.continuingPrefix ?? "").isEmpty, (definition.endOfWordSuffix ?? "").isEmpty,
      let maximumID = vocabulary.maximumID, maximumID < Self.frozen / 2,
      vocabulary.id(of: SpaceMark.bytes) != nil,
      let cutting = SpaceCutting(collapses: false, addsPrefix: true),
      Self.areIndependent(definition, byteIDs)
    else { return nil }
    var characters: [UInt32: TokenID] = [:]
    for (text, id) in vocabulary.entries {
      if let scalar = SymbolAlphabet.character(text) { characters[scalar] = id }
    }
    self.init(
      cutting: cutting, alphabet: SymbolAlphabet(characters), merges: encoder.merges,
      ids: ConstantTable((0...maximumID).map(\.self)), byteIDs: ConstantTable(byteIDs))
  }

  /// Whether no merge reaches over the beginning of a unit, and none is of tokens that stand for bytes.
  private static func areIndependent(_ definition: BPEDefinition, _ byteIDs: [TokenID]) -> Bool {
    let bytes = Set(byteIDs)
    let vocabulary = definition.vocabulary
    return definition.merges.allSatisfy { merge in
      guard let left = vocabulary.token(merge.left), let right = vocabulary.token(merge.right),
        let result = vocabulary.token(merge.result),
        result.count == left.count + right.count, result.starts(with: left),
        result.suffix(right.count).elementsEqual(right)
      else { return false }
      let crosses =
        right.starts(with: SpaceMark.bytes)
        && !left.suffix(SpaceMark.bytes.count).elementsEqual(SpaceMark.bytes)
      return !crosses && !bytes.contains(merge.left) && !bytes.contains(merge.right)
    }
  }
}
