/// A text on its way through normalization, with the way back to the text it came from.
///
/// Every byte knows the byte range of the original text that it stands for. The bytes of one scalar
/// always share a range, as in Hugging Face's `NormalizedString`, whose offsets are reproduced
/// exactly. While nothing has been changed the ranges are implied and cost nothing.
public struct AlignedText: Sendable, Equatable {
  /// The text as it is now, well-formed UTF-8.
  public private(set) var bytes: [UInt8]
  /// The original range of each byte; `nil` while the text is an unchanged part of the original.
  private var origins: [Range<Int>]?
  /// Where in the original text this part begins, in bytes.
  public let originalStart: Int
  /// Whether ranges of a changed text can be asked for: they take sixteen times its memory.
  public let keepsOrigins: Bool

  /// An unchanged part of an original text.
  ///
  /// - Parameters:
  ///   - bytes: well-formed UTF-8.
  ///   - originalStart: where the part begins in the original, in bytes.
  ///   - keepsOrigins: whether the way back is kept when the text is changed. Without it all original
  ///     ranges are as if nothing had been.
  public init(
    _ bytes: some Collection<UInt8>, originalStart: Int = 0, keepsOrigins: Bool = true
  ) {
    self.bytes = Array(bytes)
    self.originalStart = originalStart
    self.keepsOrigins = keepsOrigins
  }

  /// Whether the text, if it keeps origins, is still exactly a part of the original.
  public var isUnchanged: Bool { origins == nil }

  /// The byte range of the original text that `range` stands for.
  ///
  /// A range that begins or ends inside a scalar is widened to whole scalars.
  public func originalRange(of range: Range<Int>) -> Range<Int> {
    guard !range.isEmpty else {
      let position = origin(ofByte: range.lowerBound)
      return position..<position
    }
    if let origins {
      let start = origins[range.lowerBound].lowerBound
      return start..<max(start, origins[range.upperBound - 1].upperBound)
    }
    var start = range.lowerBound
    while start > 0, UTF8.isContinuation(bytes[start]) { start -= 1 }
    var end = range.upperBound
    while end < bytes.count, UTF8.isContinuation(bytes[end]) { end += 1 }
    return (originalStart + start)..<(originalStart + end)
  }

  private func origin(ofByte index: Int) -> Int {
    guard let origins else { return originalStart + index }
    if index < origins.count { return origins[index].lowerBound }
    return origins.last?.upperBound ?? originalStart
  }

  /// A part of the text as a text of its own.
  ///
  /// - Parameter range: a byte range on scalar boundaries.
  public func part(_ range: Range<Int>) -> AlignedText {
    guard let origins else {
      return AlignedText(
        bytes[range], originalStart: originalStart + range.lowerBound, keepsOrigins: keepsOrigins)
    }
    var part = AlignedText(bytes[range], originalStart: origin(ofByte: range.lowerBound))
    part.origins = Array(origins[range])
    return part
  }
}

// MARK: - Joining

extension AlignedText {
  /// One text made of several, and where in it each of them stands; empty ones are left out.
  ///
  /// - Parameters:
  ///   - part: the parts in order, asked for one at a time.
  ///   - capacity: about how many bytes they have together.
  public static func joined(
    _ count: Int, originalStart: Int, keepsOrigins: Bool, capacity: Int,
    part: (Int) -> AlignedText
  ) -> (text: AlignedText, ranges: [Range<Int>]) {
    var builder = AlignedTextBuilder(capacity: capacity, keepsOrigins: keepsOrigins)
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(count)
    for index in 0..<count {
      let part = part(index)
      guard !part.bytes.isEmpty else { continue }
      let start = builder.bytes.count
      builder.append(part, 0..<part.bytes.count)
      ranges.append(start..<builder.bytes.count)
    }
    var text = AlignedText([], originalStart: originalStart, keepsOrigins: keepsOrigins)
    text.adopt(builder)
    return (text, ranges)
  }
}

// MARK: - Changes

/// One scalar of a changed text and how it relates to the scalars it was made from.
///
/// The notation of the reference's normalizers, on which its offsets depend: `change` is 0 where the
/// scalar replaces the next old one, 1 where it is inserted, and −n where it replaces the next old one
/// and n more after it are dropped.
struct ScalarChange {
  var scalar: Unicode.Scalar
  var change: Int
}

extension AlignedText {
  /// Rewrites the text as the sequence of `changes`.
  ///
  /// - Parameter dropping: how many old scalars are dropped before the first change.
  /// - Complexity: O(length of the old and the new text).
  mutating func apply(_ changes: some Sequence<ScalarChange>, dropping: Int = 0) {
    var result = builder(capacity: bytes.count)
    var oldPosition = 0
    for _ in 0..<dropping { oldPosition += scalarLength(at: oldPosition) }
    for change in changes {
      if change.change > 0 {
        // An inserted scalar stands for what the scalar before it stands for.
        let origin = oldPosition == 0 ? emptyStart : originOfByte(oldPosition - 1)
        result.append(change.scalar, origin: origin)
      } else {
        result.append(change.scalar, origin: originOfByte(oldPosition))
        for _ in 0...(-change.change) { oldPosition += scalarLength(at: oldPosition) }
      }
    }
    adopt(result)
  }

  /// An empty text that keeps origins if this one does.
  func builder(capacity: Int) -> AlignedTextBuilder {
    AlignedTextBuilder(capacity: capacity, keepsOrigins: keepsOrigins)
  }

  /// Replaces the whole text and its alignment.
  mutating func adopt(_ builder: consuming AlignedTextBuilder) {
    bytes = builder.bytes
    if keepsOrigins { origins = builder.origins }
  }

  /// The original range of the scalar that the byte at `index` belongs to.
  func originOfByte(_ index: Int) -> Range<Int> {
    guard index < bytes.count else { return emptyStart }
    return originalRange(of: index..<(index + 1))
  }

  /// The empty range at the beginning: where the reference puts what is inserted before everything.
  var emptyStart: Range<Int> { originalStart..<originalStart }

  /// Appends the original range of each byte of `range` to a list.
  fileprivate func appendOrigins(of range: Range<Int>, to list: inout [Range<Int>]) {
    if let origins {
      list += origins[range]
    } else {
      for index in range { list.append(originalRange(of: index..<(index + 1))) }
    }
  }

  private func scalarLength(at index: Int) -> Int {
    guard index < bytes.count else { return 0 }
    return UTF8.sequenceLength(lead: bytes[index])
  }
}

/// A changed text while it is being made.
struct AlignedTextBuilder {
  private(set) var bytes: [UInt8] = []
  private(set) var origins: [Range<Int>] = []
  private let keepsOrigins: Bool

  init(capacity: Int, keepsOrigins: Bool) {
    self.keepsOrigins = keepsOrigins
    bytes.reserveCapacity(capacity)
    if keepsOrigins { origins.reserveCapacity(capacity) }
  }

  mutating func append(_ scalar: Unicode.Scalar, origin: Range<Int>) {
    for byte in UTF8.encode(scalar).unsafelyUnwrapped {
      bytes.append(byte)
      if keepsOrigins { origins.append(origin) }
    }
  }

  /// Appends `range` of `text` as it stands.
  mutating func append(_ text: AlignedText, _ range: Range<Int>) {
    bytes += text.bytes[range]
    if keepsOrigins { text.appendOrigins(of: range, to: &origins) }
  }
}
