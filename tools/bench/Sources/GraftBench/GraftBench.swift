import Glibc
import Graft

/// Encodes texts in a loop and prints what that takes of the processor, as JSON.
///
///     GraftBench speed TOKENIZER SPEC|- SECONDS FILE...     documents are separated by the byte 0x1E
///     GraftBench scaling TOKENIZER SPEC|- FILE...           one text per file, in parts of growing lengths
///     GraftBench merging TOKENIZER SPEC|- FILE BATCH MERGES lines are texts; MERGES of each batch, 0 for all
///
/// Ids go through a 64-bit FNV-1a hash over documents, which the caller compares with the peers'.
@main
enum GraftBench {
  static func main() {
    do {
      try run()
    } catch {
      print(error)
      exit(1)
    }
  }

  private static func run() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 4 else { return print("usage: see the source of GraftBench") }
    let spec = arguments[2] == "-" ? TokenizerSpec() : try TokenizerSpec(contentsOf: arguments[2])
    let open = { try Tokenizer(contentsOf: arguments[1], spec: spec) }
    switch arguments[0] {
    case "scaling": try Scaling.run(open, Array(arguments[3...]))
    case "merging":
      let numbers = arguments[4...].compactMap { Int($0) }
      guard numbers.count == 2 else { return print("usage: see the source of GraftBench") }
      try Merging.run(open(), batchSize: numbers[0], limit: numbers[1], file: arguments[3])
    default:
      let start = Clock.now
      let tokenizer = try open()
      let load = Clock.now - start
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
  /// Prints for each text the seconds that a sixteenth of it and all of it take.
  ///
  /// The tokenizer is opened anew each time, so that no length has seen anything of the text before.
  /// The two lengths take turns, so that a slow moment of the machine meets both, and the median of
  /// several rounds counts: the least would favour the short one, which more often finds a quiet moment.
  static func run(_ open: () throws -> Tokenizer, _ files: [String]) throws {
    for file in files {
      let text = try FileSystem.read(file)
      let inputs = [middle(of: text, part: 16), text]
      var times: [[Double]] = [[], []]
      for _ in 0..<rounds {
        for (index, input) in inputs.enumerated() {
          times[index].append(try time(of: input, with: open()))
        }
      }
      print("{\"file\":\"\(file)\",\"seconds\":\(times.map { $0.sorted()[rounds / 2] })}")
      fflush(nil)
    }
  }

  private static let rounds = 15

  private static func time(of input: [UInt8], with tokenizer: Tokenizer) throws -> Double {
    var ids: [TokenID] = []
    return try Clock.measure {
      try tokenizer.appendIDs(ofUTF8: input.span, to: &ids, addSpecialTokens: false)
    }
  }

  /// One of several equal parts of a text, from its middle, cut between characters.
  private static func middle(of text: [UInt8], part parts: Int) -> [UInt8] {
    func cut(_ part: Int) -> Int {
      var position = text.count * part / parts
      while position < text.count, UTF8.isContinuation(text[position]) { position += 1 }
      return position
    }
    return Array(text[cut(parts / 2)..<cut(parts / 2 + 1)])
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
