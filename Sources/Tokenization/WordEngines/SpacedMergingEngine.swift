internal import Normalization

/// The fast way from text to ids for models that merge characters into pieces in which words begin
/// with a visible space: SentencePiece's BPE and the `tokenizer.json` files made of it.
///
/// Units that have occurred before cost one look-up; new ones are merged over a table of pairs, as
/// byte-level BPE is.
struct SpacedMergingEngine: Sendable {
  private let cutting: SpaceCutting
  private let alphabet: SymbolAlphabet
  private let merges: PairTable
  /// Pieces that are matched whole before anything is merged.
  private let wholes: ByteTrie?
  /// The ids of the symbols; those beyond it are ids themselves, plus `frozen`.
  private let ids: ConstantTable<TokenID>
  /// What a symbol without an id of its own is spelled with.
  private let unknown: Unknown

  /// What becomes of characters without a piece.
  private enum Unknown: Sendable {
    /// Their bytes' tokens.
    case bytes(ConstantTable<TokenID>)
    /// One token for neighbours.
    case fused(TokenID)
  }

  /// Symbols from here on merge with nothing: less this, they are ids.
  static let frozen: TokenID = 1 << 30

  /// An engine for texts that are not normalized, in which unknown characters are spelled in bytes.
  init(
    cutting: SpaceCutting, alphabet: SymbolAlphabet, merges: PairTable,
    ids: ConstantTable<TokenID>, byteIDs: ConstantTable<TokenID>
  ) {
    self.cutting = cutting
    self.alphabet = alphabet
    self.merges = merges
    self.ids = ids
    wholes = nil
    unknown = .bytes(byteIDs)
  }

  // MARK: Encoding

  /// Appends the ids of a text to `scratch.ids`.
  ///
  /// - Parameter addsPrefix: whether a space is put in front of it; without it as the model has it.
  /// - Returns: whether the text is of the kind that this engine can encode; if not, nothing is appended.
  func encode(
    _ text: UnsafeBufferPointer<UInt8>, addsPrefix: Bool? = nil, _ scratch: inout EncodingScratch
  ) -> Bool {
    let count = scratch.ids.count
    let isDone = cutting.forEachUnit(in: text, addsPrefix: addsPrefix) { unit, start, word, end in
      encodeUnit(unit, start, word, end, &scratch)
    }
    if !isDone { scratch.ids.count = count }
    return isDone
  }

  @inline(__always)
  private func encodeUnit(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int,
    _ scratch: inout EncodingScratch
  ) -> Bool {
    guard end - start <= WordTable.maximumLength else {
      return encodeNew(text, start, word, end, &scratch)
    }
    let key = WordTable.key(text, start, end)
    if scratch.words.find(key, text, start, into: &scratch.ids) { return true }
    let first = scratch.ids.count
    guard encodeNew(text, start, word, end, &scratch) else { return false }
    scratch.words.insert(
      key, text, start, UnsafeBufferPointer(rebasing: scratch.ids.elements[first...]))
    return true
  }

  @inline(never)
  private func encodeNew(
    _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ word: Int, _ end: Int,
    _ scratch: inout EncodingScratch
  ) -> Bool {
    guard cutting.spell(text, start, word, end, into: &scratch.word) else { return false }
    mergeWord(&scratch)
    return true
  }

  /// Appends the ids of the normalized unit in `scratch.word`.
  private func mergeWord(_ scratch: inout EncodingScratch) {
    let text = UnsafeBufferPointer(scratch.word.elements)
    scratch.merging.symbols.removeAll()
    scratch.merging.symbols.reserve(text.count)
    var position = 0
    while position < text.count {
      if let wholes, let match = wholes.longestMatch(in: text, at: position) {
        scratch.merging.symbols.append(Self.frozen + TokenID(match.value))
        position += match.length
        continue
      }
      let (symbol, length) = alphabet.symbol(text, position)
      if symbol != SymbolAlphabet.unknown {
        scratch.merging.symbols.append(symbol)
      } else {
        appendUnknown(text, position..<(position + length), to: &scratch.merging.symbols)
      }
      position += length
    }
    let first = scratch.ids.count
    scratch.merging.merge(merges, into: &scratch.ids)
    finish(&scratch.ids, from: first)
  }

  private func appendUnknown(
    _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to symbols: inout RawList<TokenID>
  ) {
    switch unknown {
    case .bytes(let byteIDs):
      for index in range { symbols.append(Self.frozen + byteIDs[Int(text[index])]) }
    case .fused(let id): symbols.append(Self.frozen + id)
    }
  }

  /// Replaces symbols by ids and joins neighbouring unknown ones.
  private func finish(_ output: inout RawList<TokenID>, from first: Int) {
    var target = first
    var isBehindUnknown = false
    for index in first..<output.count {
      let symbol = output.base[index]
      let id = symbol >= Self.frozen ? symbol - Self.frozen : ids[Int(symbol)]
      if case .fused(let unknownID) = unknown {
        let isUnknown = id == unknownID
        if isUnknown, isBehindUnknown { continue }
        isBehindUnknown = isUnknown
      }
      output.base[target] = id
      target += 1
    }
    output.count = target
  }
}

// MARK: - SentencePiece

extension SpacedMergingEngine {
  /// - Returns: `nil` for a model whose units depend on one another, or that has pieces of kinds
  ///   that ask for the general way.
  init?(_ definition: SentencePieceDefinition, _ table: PieceTable) {
    guard definition.algorithm == .bpe,
      let cutting = SpaceCutting(definition, table),
      definition.pieces.count < Self.frozen / 2,
      !definition.pieces.contains(where: { $0.kind == .unused })
    else { return nil }
    self.cutting = cutting
    wholes = table.userDefined.isEmpty ? nil : table.userDefined
    unknown =
      table.byteIDs.isEmpty ? .fused(table.unknownID) : .bytes(ConstantTable(table.byteIDs))
    // A character that is no piece can be a part of one; with a symbol of its own, what it is in
    // the end depends on whether it was merged.
    guard let symbols = PieceSymbols(table) else { return nil }
    alphabet = symbols.alphabet
    merges = symbols.merges
    ids = ConstantTable(
      definition.pieces.map { table.id(of: $0.text[...]) })
  }

  /// The symbols and merges that pieces with scores amount to.
  private struct PieceSymbols {
    let alphabet: SymbolAlphabet
    let merges: PairTable

    /// - Returns: `nil` when a character of a piece is no piece itself.
    init?(_ table: PieceTable) {
      var characters: [UInt32: TokenID] = [:]
      for (text, id) in table.texts.entries {
        if let scalar = SymbolAlphabet.character(text) { characters[scalar] = id }
      }
      let ranked = table.texts.entries.map { (text: $0.token, id: $0.id) }.sorted {
        let (left, right) = (table.score($0.id), table.score($1.id))
        return left != right ? left > right : $0.id < $1.id
      }
      var entries: [PairTable.RankedPair] = []
      entries.reserveCapacity(ranked.count * 3)
      var rank: Int32 = -1
      var score: Float?
      for (text, id) in ranked {
        if table.score(id) != score { rank += 1 }
        score = table.score(id)
        for (scalar, range) in UTF8Scalars(text) {
          // Every such character would need a symbol that is no piece.
          guard characters[scalar.value] != nil else { return nil }
          guard range.lowerBound > text.startIndex else { continue }
          if let left = table.texts.id(of: text[..<range.lowerBound]),
            let right = table.texts.id(of: text[range.lowerBound...])
          {
            entries.append(
              PairTable.RankedPair(left: left, right: right, rank: rank, result: id))
          }
        }
      }
      alphabet = SymbolAlphabet(characters)
      merges = PairTable(entries)
    }
  }
}
