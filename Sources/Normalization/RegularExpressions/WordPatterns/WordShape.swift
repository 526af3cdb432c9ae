internal import Synchronization

/// A text reduced to what the word patterns see of it.
///
/// Patterns ask for a scalar's classes, for a few signs by name, and for the letters of contractions, which
/// count only behind an apostrophe. Whatever looks alike to them is replaced by one scalar of its
/// kind, and long runs of one kind are cut short. So the many texts of a vocabulary become few shapes.
package enum WordShape {
  /// Runs are cut down to this length; of longer ones the patterns tell nothing but, of digits, their
  /// number modulo three.
  private static let longestRun = 4

  /// The shape of a well-formed text.
  ///
  /// - Parameter mayFollowApostrophe: whether the text may be preceded by an apostrophe.
  package static func shape(
    of text: some RandomAccessCollection<UInt8>, mayFollowApostrophe: Bool = true
  ) -> [UInt8] {
    var scalars: [Unicode.Scalar] = []
    /// How many letters from here on may belong to a contraction.
    var contraction = mayFollowApostrophe ? 2 : 0
    for scalar in Array(text).scalars {
      scalars.append(representative(of: scalar, inContraction: contraction > 0))
      contraction = scalar == "'" ? 2 : contraction - 1
    }
    return shortened(scalars)
  }

  private static func shortened(_ scalars: [Unicode.Scalar]) -> [UInt8] {
    var result: [UInt8] = []
    var start = 0
    while start < scalars.count {
      var end = start
      while end < scalars.count, scalars[end] == scalars[start] { end += 1 }
      var length = end - start
      if scalars[start] == "1" {
        if length > longestRun { length = 3 + length % 3 }
      } else {
        length = min(length, longestRun)
      }
      for _ in 0..<length { result.append(contentsOf: String(scalars[start]).utf8) }
      start = end
    }
    return result
  }

  private static func representative(
    of scalar: Unicode.Scalar, inContraction: Bool
  ) -> Unicode.Scalar {
    switch scalar {
    case "0"..."9": return "1"
    case "a"..."z": return inContraction ? contractionLetter(scalar) : "a"
    case "A"..."Z":
      guard inContraction else { return "A" }
      let small = Unicode.Scalar(UInt8(scalar.value) | 0x20)
      return Unicode.Scalar(UInt8(contractionLetter(small).value) & ~0x20)
    case " ", "\r", "\n", "'", "/": return scalar
    case "\t", "\u{B}", "\u{C}": return "\t"
    // The long s of contractions.
    case "\u{17F}": return scalar
    default:
      if scalar.value < 0x80 { return "!" }
      return representatives[Int(ScalarClasses.table[Int(scalar.value)])] ?? scalar
    }
  }

  private static func contractionLetter(_ small: Unicode.Scalar) -> Unicode.Scalar {
    switch small {
    case "s", "t", "m", "d": "s"
    case "r", "v": "r"
    case "l", "e": small
    default: "a"
    }
  }

  /// The first scalar beyond ASCII with each combination of classes.
  private static let representatives: [Unicode.Scalar?] = {
    var result = [Unicode.Scalar?](repeating: nil, count: 256)
    for value in UInt32(0x80)..<0x11_0000 where value != 0x17F {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let classes = Int(ScalarClasses.table[Int(value)])
      if result[classes] == nil { result[classes] = scalar }
    }
    return result
  }()

  /// A text of each kind that can follow another text and change how that is cut.
  package static let continuations: [[UInt8]] = {
    var texts = ["", "a", "A", "s", "S", "re", "RE", "ll", "LL", "e", "E", "l", "L", "1", "!", "/"]
    texts += ["'", " ", "\t", "\r", "\n", "\u{17F}"]
    return texts.map { Array($0.utf8) }
      + representatives.compactMap { $0.map { Array(String($0).utf8) } }
  }()

  /// A scalar of each kind among those whose UTF-8 begins with some bytes; none when no scalar does.
  package static func completions(of prefix: [UInt8]) -> [[UInt8]] {
    knownCompletions.withLock { known in
      if let result = known[prefix] { return result }
      let result = findCompletions(of: prefix)
      known[prefix] = result
      return result
    }
  }

  /// There are few beginnings of characters, and some of them have many completions.
  private static let knownCompletions = Mutex<[[UInt8]: [[UInt8]]]>([:])

  private static func findCompletions(of prefix: [UInt8]) -> [[UInt8]] {
    guard let lead = prefix.first, lead >= 0xC2, lead < 0xF5 else { return [] }
    let missing = UTF8.sequenceLength(lead: lead) - prefix.count
    guard missing > 0, prefix.dropFirst().allSatisfy(UTF8.isContinuation) else { return [] }
    var value = UInt32(lead) & (0x7F >> UInt32(prefix.count + missing))
    for byte in prefix.dropFirst() { value = value << 6 | UInt32(byte & 0x3F) }
    var found: Set<Unicode.Scalar> = []
    var result: [[UInt8]] = []
    for tail in 0..<(UInt32(1) << UInt32(6 * missing)) {
      guard let scalar = Unicode.Scalar(value << UInt32(6 * missing) | tail),
        UTF8.encode(scalar)?.count == prefix.count + missing
      else { continue }
      if found.insert(representative(of: scalar, inContraction: true)).inserted {
        result.append(Array(String(scalar).utf8))
      }
    }
    return result
  }
}
