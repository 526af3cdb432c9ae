internal import ByteIO
public import Tokenization

/// Makes batches of words from a text that arrives in parts, in memory that does not grow with it.
public struct WordPooler {
  public let layout: PoolingLayout
  private let splitter: any WordSplitting
  private let batchSize: Int
  private var builder: PooledBatch.Builder
  /// Text that may still go on.
  private var rest: [UInt8] = []
  private var position: Int64 = 0
  /// How much text is collected before a place is looked for at which it can be cut.
  private var enough = Self.least

  private static let least = 1 << 20

  /// - Parameter batchSize: the rows of a batch, which the parts of a long word may exceed.
  public init(_ splitter: any WordSplitting, _ layout: PoolingLayout, batchSize: Int = 65_536) {
    self.splitter = splitter
    self.layout = layout
    self.batchSize = batchSize
    builder = PooledBatch.Builder(layout)
  }

  /// Takes more of the text.
  ///
  /// - Parameter body: is given every batch that is full.
  /// - Throws: `TokenizerError`, and what `body` throws.
  public mutating func append(_ bytes: [UInt8], _ body: (PooledBatch) throws -> Void) throws {
    rest += bytes
    guard rest.count >= enough else { return }
    guard let cut = rest.withUnsafeBufferPointer({ splitter.lastCut(in: $0) }) else {
      // A text without a place to cut is not searched again and again.
      enough = 2 * rest.count
      return
    }
    enough = Self.least
    try pool(Array(rest[..<cut]), body)
    rest.removeSubrange(..<cut)
  }

  /// Takes the end of a text; another one may follow.
  ///
  /// - Parameter body: is given every batch that is full.
  public mutating func endText(_ body: (PooledBatch) throws -> Void) throws {
    try pool(rest, body)
    rest = []
  }

  /// Takes the end of the last text.
  ///
  /// - Parameter body: is given the batches that are left.
  public mutating func finish(_ body: (PooledBatch) throws -> Void) throws {
    try endText(body)
    if builder.count > 0 { try body(builder.finish()) }
  }

  private mutating func pool(
    _ text: [UInt8], _ body: (PooledBatch) throws -> Void
  ) throws {
    for word in try splitter.words(of: text, keepsSeparators: layout.keepsSeparators) {
      try builder.append(text[word], at: position + Int64(word.lowerBound))
      if builder.count >= batchSize { try body(builder.finish()) }
    }
    position += Int64(text.count)
  }
}
