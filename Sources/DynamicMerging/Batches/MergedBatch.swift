public import Tokenization

/// What stands in a merged sequence.
public enum MergedUnit: Sendable, Hashable {
  /// A token of the base vocabulary: one that did not merge, or one whose surface was put together again.
  case token(TokenID)
  /// A surface that no token of the base vocabulary has.
  case surface([UInt8])
}

/// A text of a batch in merged tokens. All lists have one element per token, but for `starts`.
public struct MergedSequence: Sendable, Equatable {
  /// The tokens as places in `MergedBatch.units`.
  public internal(set) var units: [Int32] = []
  /// Where each token begins in the base tokens, and where the last one ends.
  public internal(set) var starts: [Int32] = [0]
  /// Where each token stands, in bytes of the original text.
  public internal(set) var offsets: [Range<Int>] = []
  /// The word of each token's left part; `nil` for an inserted token.
  public internal(set) var wordIDs: [UInt32?] = []

  /// The number of tokens.
  public var count: Int { units.count }

  /// The base tokens of a token.
  public func baseTokens(of token: Int) -> Range<Int> {
    Int(starts[token])..<Int(starts[token + 1])
  }

  /// A label for every token: that of a word for its first token, and `ignored` for others and where there is no
  /// word.
  ///
  /// - Parameter labels: by word id.
  public func labels(ofWords labels: [Int], ignored: Int = -100) -> [Int] {
    var last: UInt32?
    return wordIDs.map { word in
      defer { last = word }
      guard let word, word != last, word < labels.count else { return ignored }
      return labels[Int(word)]
    }
  }
}

/// A batch after some merges.
public struct MergedBatch: Sendable, Equatable {
  /// The different tokens, in the order in which they are first seen.
  public internal(set) var units: [MergedUnit] = []
  public internal(set) var sequences: [MergedSequence] = []

  /// The number of tokens of all sequences.
  public var length: Int { sequences.reduce(0) { $0 + $1.count } }
}

extension BatchMerging {
  /// The batch after so many merges.
  ///
  /// - Complexity: O(length of the batch in bytes).
  public func batch(after merges: Int) -> MergedBatch {
    var batch = MergedBatch()
    var numbers: [MergedUnit: Int32] = [:]
    var tokenNumbers: [TokenID: Int32] = [:]
    func number(_ unit: MergedUnit) -> Int32 {
      if let number = numbers[unit] { return number }
      let number = Int32(batch.units.count)
      batch.units.append(unit)
      numbers[unit] = number
      return number
    }
    for (index, base) in sequences.enumerated() {
      var sequence = MergedSequence()
      forEachToken(ofSequence: index, after: merges) { range in
        let first = base.ids[range.lowerBound]
        if range.count > 1 {
          sequence.units.append(number(unit(base.ids[range])))
        } else if let known = tokenNumbers[first] {
          sequence.units.append(known)
        } else {
          tokenNumbers[first] = number(.token(first))
          sequence.units.append(number(.token(first)))
        }
        sequence.starts.append(Int32(range.upperBound))
        sequence.offsets.append(Self.union(base.offsets[range]))
        sequence.wordIDs.append(base.wordIDs[range.lowerBound])
      }
      batch.sequences.append(sequence)
    }
    return batch
  }

  private func unit(_ ids: ArraySlice<TokenID>) -> MergedUnit {
    var surface: [UInt8] = []
    for id in ids { surface += vocabulary.surface(of: id) }
    return vocabulary.token(of: surface[...]).map(MergedUnit.token) ?? .surface(surface)
  }

  /// From the first byte to the last: tokens that are parts of one character have its range.
  private static func union(_ ranges: ArraySlice<Range<Int>>) -> Range<Int> {
    var (start, end) = (Int.max, 0)
    for range in ranges {
      start = min(start, range.lowerBound)
      end = max(end, range.upperBound)
    }
    return start..<max(start, end)
  }
}
