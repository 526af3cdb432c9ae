internal import ArgumentParser
internal import Graft

/// `graft vocab recall`
struct VocabRecallCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recall",
    abstract: "Measure how much an index finds, and how fast, against looking at every row.",
    discussion: """
      What is looked for are the states of the model on a text: the queries that an index of output rows gets \
      when texts are generated. Both searches run on the same number of threads, one query at a time.

      Examples:
        graft vocab recall large/ --text test.txt
        graft vocab recall large/ --text test.txt -k 20 --breadth 100 --breadth 400 --json
      """)

  @Argument(help: "The model directory.")
  var model: String

  @Option(help: ArgumentHelp("A text in UTF-8; - is standard input.", valueName: "file"))
  var text: String

  @Option(
    help: ArgumentHelp("The index; without it, that beside the weights.", valueName: "file"))
  var index: String?

  @Option(help: ArgumentHelp("How many states are looked for.", valueName: "n"))
  var queries = 300

  @Option(name: .short, help: ArgumentHelp("How many rows are to be found.", valueName: "count"))
  var k = 20

  @Option(
    help: ArgumentHelp(
      """
      How many candidates a search keeps (ef); may be given several times. Without it, some, and what searches \
      keep by themselves.
      """, valueName: "n"))
  var breadth: [Int] = []

  @Option(help: ArgumentHelp("The number of threads.", valueName: "n"))
  var jobs = 1

  @Flag(help: "Print one object.")
  var json = false

  func validate() throws {
    if queries < 1 || k < 1 || jobs < 1 || breadth.contains(where: { $0 < 1 }) {
      throw ValidationError("--queries, -k, --breadth and --jobs must be at least 1.")
    }
  }

  func run() throws {
    Interruption.catchSignals()
    let directory = try ModelDirectory(model)
    let rows = directory.rows(.output)
    let path = index ?? directory.indexPath(.output)
    var index = try NearestNeighborIndex(contentsOf: path, for: rows)
    let states = try states()
    ThreadLimit.set(jobs)
    let progress = ProgressBar()
    defer { progress.finish() }
    let exact = ExactSearch(rows)
    // Once without counting, so that neither search pays for reading the file.
    _ = try exact.nearest(to: states[0], count: k, by: .product)
    let start = ContinuousClock.now
    var expected: [[Neighbor]] = []
    for (place, state) in states.enumerated() {
      try progress.update("looking at every row", Double(place) / Double(states.count))
      expected.append(try exact.nearest(to: state, count: k, by: .product))
    }
    let exactTime = (ContinuousClock.now - start) / states.count
    var lines: [Line] = []
    for breadth in breadth.isEmpty ? [100, 200, 400, index.breadth] : breadth {
      index.breadth = breadth
      let quality = try SearchQuality(
        of: index, queries: states, expected: expected, by: .product)
      lines.append(Line(breadth: breadth, recall: quality.recall, time: quality.time))
    }
    progress.finish()
    report(index, exactTime, lines)
  }

  /// What an index finds with one breadth.
  private struct Line {
    let breadth: Int
    let recall: Double
    let time: Duration
  }

  /// Final states of the model on the text, spread evenly over it.
  private func states() throws -> [[Float]] {
    let reader = try TextEvaluator(model)
    let bytes = try LineReader(text).rest()
    let tokens = try reader.tokenizer.ids(ofUTF8: bytes, addSpecialTokens: false)
    // Enough of the text for twice as many states.
    let length = min(tokens.count, 2 * queries)
    var states: [[Float]] = []
    for start in stride(from: 0, to: length, by: reader.context - 1) {
      let end = min(start + reader.context - 1, length)
      let matrix = try reader.model.hiddenStates(of: [reader.start] + tokens[start..<end])
      states += (1..<matrix.rows).map { matrix.row($0) }
    }
    guard !states.isEmpty else { throw EvaluationError.noText }
    let count = min(queries, states.count)
    return (0..<count).map { states[$0 * states.count / count] }
  }

  private func report(_ index: NearestNeighborIndex, _ exact: Duration, _ lines: [Line]) {
    func milliseconds(_ time: Duration) -> Double { time / .milliseconds(1) }
    if json {
      let list = lines.map { line in
        "{\"breadth\":\(line.breadth),\"recall\":\(JSONText.number(line.recall)),"
          + "\"milliseconds\":\(JSONText.number(milliseconds(line.time)))}"
      }
      print(
        "{\"rows\":\(index.rows.count),\"directions\":\(index.nodeCount),\"memory\":"
          + "\(index.memorySize),\"k\":\(k),\"jobs\":\(jobs),\"exactMilliseconds\":"
          + "\(JSONText.number(milliseconds(exact))),\"searches\":\(JSONText.list(list))}")
      return
    }
    print(
      "\(index.rows.count.grouped) rows, index of \(ByteSize(bytes: index.memorySize)); "
        + "every row: \(milliseconds(exact).rounded(to: 2)) ms")
    for line in lines {
      let share = exact / line.time
      print(
        "breadth \(String(line.breadth).padded(to: 5))  recall@\(k) \(line.recall.rounded(to: 4))  "
          + "\(milliseconds(line.time).rounded(to: 3)) ms  1/\(share.rounded(to: 0)) of the time")
    }
  }
}
