internal import ByteIO
public import Tokenization

extension Corpus {
  /// How often a tokenizer produces each token on all texts, special tokens around them included.
  ///
  /// Lines are not texts of their own here: white space at their ends is a part of tokens, so that a
  /// file of `lines` is encoded in parts of many lines. The result does not depend on `threadCount`.
  ///
  /// - Parameter threadCount: the number of threads; as many as there are cores when it is `nil`.
  /// - Throws: `FileError` when a file cannot be read, `CorpusError` when it is not a text or cannot be
  ///   encoded, and what `progress` throws.
  public func tokenUsage(
    _ tokenizer: Tokenizer, threadCount: Int? = nil, progress: TrainingProgress = { _, _ in }
  ) throws -> [TokenID: Int] {
    var usage: [TokenID: Int] = [:]
    try forEachChunk(threadCount: threadCount, progress: progress) { chunk throws(CorpusError) in
      try tokenUsage(tokenizer, in: chunk)
    } combine: {
      usage.merge($0, uniquingKeysWith: +)
    }
    return usage
  }

  private func tokenUsage(
    _ tokenizer: Tokenizer, in chunk: CorpusReader.Chunk
  ) throws(CorpusError) -> [TokenID: Int] {
    var texts: [[UInt8]] = []
    switch format {
    case .lines:
      // Also tells what is not UTF-8.
      try chunk.forEachText(format) { _ in }
      texts = [chunk.bytes]
    case .jsonLines: try chunk.forEachText(format) { texts.append(Array($0)) }
    }
    var usage: [TokenID: Int] = [:]
    for text in texts {
      do {
        for id in try tokenizer.ids(ofUTF8: text) { usage[id, default: 0] += 1 }
      } catch {
        throw CorpusError(
          source: chunk.source, offset: chunk.offset, problem: .unsplittable("\(error)"))
      }
    }
    return usage
  }
}
