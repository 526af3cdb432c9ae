internal import Normalization

/// Runs of one script: where Hugging Face's `UnicodeScripts` cuts.
///
/// Hiragana and Katakana count as Han. Spaces and characters without a script go along with what
/// stands before them; at the beginning of a piece they are dropped.
enum ScriptRuns {
  static func forEach(in bytes: ArraySlice<UInt8>, _ body: (Range<Int>) -> Void) {
    var run: Range<Int>?
    var last: UInt8 = 0
    for (scalar, range) in UTF8Scalars(bytes) {
      let script = ScalarProperties.script(scalar)
      if script != 0, script != last {
        if let run { body(run) }
        run = range
        last = script
      } else if let start = run?.lowerBound {
        run = start..<range.upperBound
      }
    }
    if let run { body(run) }
  }
}
