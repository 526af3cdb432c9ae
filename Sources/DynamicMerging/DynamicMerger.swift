public import Tokenization

/// Merges frequent neighbours in batches of texts: dynamic tokenization (Feher, Vulić and Minixhofer 2024,
/// "Retrofitting Large Language Models with Dynamic Tokenization", arXiv 2411.18553).
///
/// The tokens of a batch are merged as byte-pair encoding merges them in training: of all pairs of neighbours that
/// may merge, the most frequent one in the batch becomes one token wherever it stands, from left to right without
/// overlap, and so on; of equally frequent pairs the one that is seen first when the batch is read. Pairs are
/// counted with overlaps: in a, a, a the pair (a, a) stands twice. Nothing is carried from one batch to the next.
///
/// Tokens are told apart by the bytes that they stand for, their surfaces. The new ones have no ids; for rows of an
/// embedding matrix see `MergedRows`.
///
/// ```swift
/// let merger = try DynamicMerger(Tokenizer(contentsOf: "tokenizer.json"))
/// let merging = try merger.merges(of: texts)
/// let batch = merging.batch(after: merging.mergeCount(forReduction: 50))
/// ```
public struct DynamicMerger: Sendable {
  public let tokenizer: Tokenizer
  public let boundary: MergeBoundary
  let vocabulary: MergeVocabulary
  private let runs: RunFinder
  private let rule: PairRule

  /// - Throws: `MergeError.noSurfaces`, and `TokenizerError` when the boundary asks for a pre-tokenizer that cannot
  ///   be prepared.
  public init(_ tokenizer: Tokenizer, boundary: MergeBoundary = .pretoken) throws {
    if case .words = tokenizer.definition.model { throw MergeError.noSurfaces }
    self.tokenizer = tokenizer
    self.boundary = boundary
    vocabulary = MergeVocabulary(tokenizer)
    runs = RunFinder(boundary, tokenizer, vocabulary)
    rule = try PairRule(boundary, tokenizer)
  }

  /// The merges of a batch of texts.
  ///
  /// - Parameters:
  ///   - texts: the batch.
  ///   - addSpecialTokens: whether the post-processor's special tokens stand around the texts. They never merge.
  ///   - limit: the merges that are made at most.
  ///   - check: is called now and then; what it throws ends the work.
  /// - Throws: `TokenizerError` when a text cannot be encoded, `MergeError.batchTooLarge`.
  public func merges(
    of texts: [String], addSpecialTokens: Bool = true, limit: Int = .max,
    check: () throws -> Void = {}
  ) throws -> BatchMerging {
    let encodings = try tokenizer.encodeBatch(
      texts, options: EncodingOptions(addsSpecialTokens: addSpecialTokens))
    return try merges(of: encodings.map { BaseSequence($0) }, limit: limit, check: check)
  }

  /// The merges of a batch that is encoded already.
  ///
  /// - Complexity: O(n log n) for n tokens, time and memory only for runs of tokens that differ.
  /// - Throws: `MergeError.batchTooLarge`, and what `check` throws.
  public func merges(
    of sequences: [BaseSequence], limit: Int = .max, check: () throws -> Void = {}
  ) throws -> BatchMerging {
    let words = try BatchWords(sequences, runs)
    var engine = MergeEngine(words, vocabulary, rule)
    try engine.run(limit: limit, check: check)
    return BatchMerging(sequences, words, vocabulary, engine)
  }

  /// The tokens of a sequence over whose beginning nothing merges: those that begin a pre-token, a word or a sentence,
  /// and those that never merge. There are as many when nothing is left to merge.
  ///
  /// Where pairs are judged by themselves (`isolatedPretoken`, `hyphenatedWord`) more may be left.
  public func runStarts(of sequence: BaseSequence) -> [Int] {
    var starts: [Int] = []
    runs.forEachRun(in: sequence) { starts.append($0.lowerBound) }
    return starts
  }
}
