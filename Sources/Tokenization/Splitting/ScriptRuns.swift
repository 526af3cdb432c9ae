internal import Normalization

/// Runs of one script: where Hugging Face's `UnicodeScripts` cuts.
///
/// Hiragana and Katakana count as Han. Spaces and characters without a script go along with what
/// stands before them; at the beginning of a piece they are dropped.
enum ScriptRuns {
  static func ranges(in bytes: ArraySlice<UInt8>) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var last: UInt8 = 0
    for (scalar, range) in UTF8Scalars(bytes) {
      let script = ScalarProperties.script(scalar)
      if script != 0, script != last {
        result.append(range)
        last = script
      } else if !result.isEmpty {
        result[result.count - 1] = result[result.count - 1].lowerBound..<range.upperBound
      }
    }
    return result
  }
}
