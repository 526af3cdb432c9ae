import Glibc
import Graft

/// Encodes texts in a loop and prints what that takes of the processor, as JSON.
///
///     GraftBench speed TOKENIZER SPEC|- SECONDS FILE...     documents are separated by the byte 0x1E
///     GraftBench scaling TOKENIZER SPEC|- FILE...           one text per file, in parts of growing lengths
///
/// Ids go through a 64-bit FNV-1a hash over documents, which the caller compares with the peers'.
@main
enum GraftBench {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4 else { return print("usage: see the source of GraftBench") }
    let start = Clock.now
    let spec = arguments[2] == "-" ? TokenizerSpec() : try TokenizerSpec(contentsOf: arguments[2])
    let tokenizer = try Tokenizer(contentsOf: arguments[1], spec: spec)
    let load = Clock.now - start
    switch arguments[0] {
    case "scaling": try Scaling.run(tokenizer, Array(arguments[3...]))
    default:
      try Speed.run(
        tokenizer, load: load, budget: Double(arguments[3]) ?? 1, files: Array(arguments[4...]))
    }
  }
}

/// The time that this process has taken of the processor: other programs on the machine do not count.
enum Clock {
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  static func measure(_ body: () throws -> Void) rethrows -> Double {
    let start = now
    try body()
    return now - start
  }
}

enum Speed {
  static func run(
    _ tokenizer: Tokenizer, load: Double, budget: Double, files: [String]
  ) throws {
    print("{\"load\":\(load)}")
    for file in files {
      let documents = try FileSystem.read(file).split(separator: 0x1E).map(Array.init)
      let megabytes = Double(documents.reduce(0) { $0 + $1.count }) / 1e6
      var ids: [TokenID] = []
      var hash = Hash()
      var tokens = 0
      var cold = 0.0
      for document in documents {
        ids.removeAll(keepingCapacity: true)
        cold += try Clock.measure {
          try tokenizer.appendIDs(ofUTF8: document.span, to: &ids, addSpecialTokens: false)
        }
        hash.add(ids)
        tokens += ids.count
      }
      let warm = try median(budget) {
        for document in documents {
          ids.removeAll(keepingCapacity: true)
          try tokenizer.appendIDs(ofUTF8: document.span, to: &ids, addSpecialTokens: false)
        }
      }
      let full = try median(budget / 2) {
        for document in documents {
          _ = try tokenizer.encode(utf8: document, addSpecialTokens: false)
        }
      }
      let lists = try documents.map { try tokenizer.ids(ofUTF8: $0, addSpecialTokens: false) }
      let decode = try median(budget / 2) {
        for list in lists { _ = try tokenizer.decode(list) }
      }
      print(
        """
        {"file":"\(file)","mb":\(megabytes),"documents":\(documents.count),"tokens":\(tokens),\
        "hash":"\(hash.value)","cold":\(megabytes / cold),"warm":\(megabytes / warm),\
        "full":\(megabytes / full),"decode":\(megabytes / decode)}
        """)
    }
  }

  /// The median of several passes, within a budget of seconds.
  private static func median(_ budget: Double, _ body: () throws -> Void) rethrows -> Double {
    var times: [Double] = []
    while times.count < 3 || (times.reduce(0, +) < budget && times.count < 15) {
      times.append(try Clock.measure(body))
      if times.reduce(0, +) > 4 * budget { break }
    }
    return times.sorted()[times.count / 2]
  }
}

enum Scaling {
  /// Prints for each text the seconds that a sixteenth of it, an eighth, … and all of it take.
  ///
  /// For a length the text is encoded part by part into one list, and the time is that of all parts
  /// by their number: so each length sees the same text, and no part of it twice in a row, which would
  /// flatter the short ones. The least of three rounds counts.
  static func run(_ tokenizer: Tokenizer, _ files: [String]) throws {
    _ = try tokenizer.ids(of: "Hello", addSpecialTokens: false)
    for file in files {
      let text = try FileSystem.read(file)
      var times: [Double] = []
      var ids: [TokenID] = []
      for parts in [16, 8, 4, 2, 1] {
        let inputs = (0..<parts).map { slice(text, $0, of: parts) }
        let rounds = try (0..<3).map { _ in
          try Clock.measure {
            for input in inputs {
              ids.removeAll(keepingCapacity: true)
              try tokenizer.appendIDs(ofUTF8: input.span, to: &ids, addSpecialTokens: false)
            }
          }
        }
        times.append((rounds.min() ?? .infinity) / Double(parts))
      }
      print("{\"file\":\"\(file)\",\"seconds\":\(times)}")
      fflush(nil)
    }
  }

  /// One of several parts of a text, about equally long, cut between characters.
  private static func slice(_ text: [UInt8], _ part: Int, of parts: Int) -> [UInt8] {
    func cut(_ part: Int) -> Int {
      var position = text.count * part / parts
      while position < text.count, UTF8.isContinuation(text[position]) { position += 1 }
      return position
    }
    return Array(text[cut(part)..<cut(part + 1)])
  }
}

/// FNV-1a over the ids of documents and their ends.
struct Hash {
  private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ ids: [TokenID]) {
    for id in ids { add(UInt64(id)) }
    add(.max)
  }

  private mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x100_0000_01B3 }
}
