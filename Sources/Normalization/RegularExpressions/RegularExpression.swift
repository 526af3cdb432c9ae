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

  /// The byte ranges of all matches in a well-formed UTF-8 text, from left to right.
  ///
  /// - Throws: `NormalizationError.patternGaveUp` when matching exceeds its limits.
  public func matches(in bytes: ArraySlice<UInt8>) throws(NormalizationError) -> [Range<Int>] {
    let matcher = try takeMatcher()
    defer { pool.withLock { $0.append(matcher) } }
    var status = U_ZERO_ERROR
    let result = matcher.matches(in: UTF16Text(bytes), status: &status)
    guard status.rawValue <= 0 else { throw gaveUp(status) }
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

  func matches(in text: UTF16Text, status: inout UErrorCode) -> [Range<Int>] {
    var result: [Range<Int>] = []
    // Safe: the text outlives the search, and ICU keeps no pointer past the next `setText`.
    text.units.withUnsafeBufferPointer { units in
      icu_regexSetText(expression, units.baseAddress, Int32(units.count), &status)
      while status.rawValue <= 0, icu_regexFindNext(expression, &status) != 0 {
        let start = text.byteOffset(ofUnit: Int(icu_regexStart(expression, 0, &status)))
        let end = text.byteOffset(ofUnit: Int(icu_regexEnd(expression, 0, &status)))
        if start == end, result.last?.upperBound == start { continue }
        result.append(start..<end)
      }
    }
    return result
  }
}

/// A text in UTF-16 with the way back to its UTF-8 bytes.
private struct UTF16Text {
  private(set) var units: [UInt16] = []
  /// The byte offset of each unit and of the end; `nil` for ASCII, where the two agree.
  private var byteOffsets: [Int]?
  private let start: Int

  init(_ bytes: ArraySlice<UInt8>) {
    start = bytes.startIndex
    units.reserveCapacity(max(1, bytes.count))
    if bytes.allSatisfy({ $0 < 0x80 }) {
      units.append(contentsOf: bytes.lazy.map(UInt16.init))
    } else {
      var offsets: [Int] = []
      offsets.reserveCapacity(bytes.count + 1)
      for (scalar, range) in UTF8Scalars(bytes) {
        for unit in UTF16.encode(scalar).unsafelyUnwrapped {
          units.append(unit)
          offsets.append(range.lowerBound)
        }
      }
      byteOffsets = offsets + [bytes.endIndex]
    }
  }

  func byteOffset(ofUnit index: Int) -> Int { byteOffsets?[index] ?? start + index }
}
