internal import CICU
internal import Synchronization

/// An arbitrary regular expression, run by ICU.
///
/// The pattern is written for Oniguruma, the engine of Hugging Face's tokenizers, or for
/// fancy-regex, the engine of tiktoken, and translated; see `OnigurumaSyntax` and
/// `FancyRegexSyntax`. The object is immutable to its users and may be shared between threads: each
/// call takes a matcher of its own from a pool.
public final class RegularExpression: Sendable {
  /// The pattern as it was given.
  public let pattern: String
  private let pool: Mutex<[Matcher]>

  /// - Throws: `NormalizationError.badPattern` when the pattern cannot be translated or compiled.
  public convenience init(oniguruma pattern: String) throws(NormalizationError) {
    // In Ruby's syntax `^` and `$` always match at lines, and only a newline ends one.
    let flags = UREGEX_MULTILINE.rawValue | UREGEX_UNIX_LINES.rawValue
    try self.init(pattern, translated: OnigurumaSyntax.translated(pattern), flags: flags)
  }

  /// - Throws: `NormalizationError.badPattern` when the pattern cannot be translated or compiled.
  public convenience init(fancyRegex pattern: String) throws(NormalizationError) {
    let flags = UREGEX_UNIX_LINES.rawValue
    try self.init(pattern, translated: FancyRegexSyntax.translated(pattern), flags: flags)
  }

  private init(
    _ pattern: String, translated: String, flags: UInt32
  ) throws(NormalizationError) {
    self.pattern = pattern
    var position = UParseError()
    var status = U_ZERO_ERROR
    let units = Array(translated.utf16)
    let compiled = icu_regexOpen(units, Int32(units.count), flags, &position, &status)
    guard status.rawValue <= 0, let compiled else {
      throw .badPattern(pattern: pattern, reason: String(cString: icu_errorName(status)))
    }
    pool = Mutex([Matcher(compiled)])
  }

  /// Finds the byte ranges of all matches in a well-formed UTF-8 text, from left to right.
  ///
  /// - Throws: `NormalizationError.patternGaveUp` when matching exceeds its limits.
  func forEachMatch(
    in bytes: ArraySlice<UInt8>, _ body: (Range<Int>) -> Void
  ) throws(NormalizationError) {
    let matcher = try takeMatcher()
    defer { pool.withLock { $0.append(matcher) } }
    var status = U_ZERO_ERROR
    matcher.forEachMatch(in: UTF16Text(bytes), status: &status, body)
    guard status.rawValue <= 0 else { throw gaveUp(status) }
  }

  /// All that `forEachMatch` finds.
  ///
  /// - Throws: `NormalizationError.patternGaveUp` when matching exceeds its limits.
  public func matches(in bytes: ArraySlice<UInt8>) throws(NormalizationError) -> [Range<Int>] {
    var result: [Range<Int>] = []
    try forEachMatch(in: bytes) { result.append($0) }
    return result
  }

  private func takeMatcher() throws(NormalizationError) -> Matcher {
    // One compiled matcher always stays in the pool, to be cloned from.
    var status = U_ZERO_ERROR
    let matcher = pool.withLock { matchers -> Matcher? in
      if matchers.count > 1 { return matchers.removeLast() }
      return matchers[0].clone(status: &status)
    }
    guard let matcher else { throw gaveUp(status) }
    return matcher
  }

  private func gaveUp(_ status: UErrorCode) -> NormalizationError {
    .patternGaveUp(pattern: pattern, reason: String(cString: icu_errorName(status)))
  }
}

/// A compiled ICU expression with its matching state; used by one thread at a time.
private final class Matcher: @unchecked Sendable {
  // Safe: owned by this object alone, and handed from thread to thread through the pool's lock.
  private let expression: OpaquePointer

  /// ICU counts matching effort in steps; this many are a few seconds of backtracking. The
  /// reference engine gives up on such texts too.
  private static let effortLimit: Int32 = 5_000

  init(_ expression: OpaquePointer) {
    self.expression = expression
    // A clone does not inherit the limit.
    var status = U_ZERO_ERROR
    icu_regexSetTimeLimit(expression, Self.effortLimit, &status)
  }

  deinit { icu_regexClose(expression) }

  func clone(status: inout UErrorCode) -> Matcher? {
    icu_regexClone(expression, &status).map(Matcher.init)
  }

  func forEachMatch(
    in text: UTF16Text, status: inout UErrorCode, _ body: (Range<Int>) -> Void
  ) {
    var offsets = text.offsets
    var last: Int?
    let stackLimit = Self.stackLimit(text.units.count)
    if stackLimit > Self.defaultStackLimit {
      icu_regexSetStackLimit(expression, stackLimit, &status)
    }
    // Safe: the text outlives the search, and ICU keeps no pointer past the next `setText`.
    text.units.withUnsafeBufferPointer { units in
      icu_regexSetText(expression, units.baseAddress, Int32(units.count), &status)
      while status.rawValue <= 0, icu_regexFindNext(expression, &status) != 0 {
        let start = offsets.byte(ofUnit: Int(icu_regexStart(expression, 0, &status)), units)
        let end = offsets.byte(ofUnit: Int(icu_regexEnd(expression, 0, &status)), units)
        if start == end, last == start { continue }
        body(start..<end)
        last = end
      }
    }
    if stackLimit > Self.defaultStackLimit {
      // The memory of a long text is given back.
      var ignored = U_ZERO_ERROR
      icu_regexSetStackLimit(expression, Self.defaultStackLimit, &ignored)
    }
  }

  /// ICU's own limit, in bytes, on what is kept to come back to.
  private static let defaultStackLimit: Int32 = 8_000_000

  /// A repetition keeps something for every character: a long text needs more than ICU allows, and
  /// the reference has no limit.
  private static func stackLimit(_ units: Int) -> Int32 {
    Int32(min(1 << 30, 128 * units))
  }
}

/// A text in UTF-16.
private struct UTF16Text {
  private(set) var units: [UInt16] = []
  /// The way back to UTF-8 bytes, from the beginning of the text.
  let offsets: ByteOffsets

  init(_ bytes: ArraySlice<UInt8>) {
    units.reserveCapacity(max(1, bytes.count))
    let isASCII = bytes.allSatisfy { $0 < 0x80 }
    offsets = ByteOffsets(byte: bytes.startIndex, isASCII: isASCII)
    if isASCII {
      units.append(contentsOf: bytes.lazy.map(UInt16.init))
    } else {
      for (scalar, _) in UTF8Scalars(bytes) {
        units.append(contentsOf: UTF16.encode(scalar).unsafelyUnwrapped)
      }
    }
  }

  /// A place in the text, which moves only forward.
  struct ByteOffsets {
    private var unit = 0
    private var byte: Int
    private let isASCII: Bool

    init(byte: Int, isASCII: Bool) {
      self.byte = byte
      self.isASCII = isASCII
    }

    /// The byte offset of a unit that does not stand before the last one that was asked for.
    mutating func byte(ofUnit target: Int, _ units: UnsafeBufferPointer<UInt16>) -> Int {
      if isASCII {
        byte += target - unit
      } else {
        for index in unit..<target { byte += Self.length(units[index]) }
      }
      unit = target
      return byte
    }

    /// How many UTF-8 bytes a unit stands for; of a pair of surrogates, the first for all four.
    private static func length(_ unit: UInt16) -> Int {
      switch unit {
      case 0..<0x80: 1
      case 0x80..<0x800: 2
      case 0xD800..<0xDC00: 4
      case 0xDC00..<0xE000: 0
      default: 3
      }
    }
  }
}
