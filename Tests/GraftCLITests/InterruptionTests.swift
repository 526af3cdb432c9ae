import Graft
import TestSupport
import Testing

/// What is left of a transplant that is killed or interrupted at a random moment.
@Suite(.serialized) struct InterruptionTests {
  private let directory: TemporaryDirectory
  private let base: String
  private let donor: String
  private var out: String { directory("out") }

  init() throws {
    directory = try TemporaryDirectory()
    // Some megabytes, so that writing takes a while too.
    var base = ModelFixture(seed: 1, words: ModelFixture.words(0..<100))
    base.bodyRows = 40_000
    base.dimension = 16
    base.shards = 2
    self.base = try base.write(to: directory("base"))
    var donor = ModelFixture(seed: 2, words: ModelFixture.words(50..<400))
    donor.dimension = 12
    self.donor = try donor.write(to: directory("donor"))
  }

  private var command: [String] { [ChildProcess.graft, "transplant", base, donor, out] }

  private func names() throws -> [String] { try FileSystem.names(inDirectory: directory.path) }

  /// Every file of a complete run, with its digest.
  private func digests() throws -> String {
    let files = try FileSystem.names(inDirectory: out).map { out + "/" + $0 }
    return try ChildProcess.run(["sha256sum"] + files).text
  }

  /// Runs once undisturbed: what a complete result is, and how long it takes.
  private func undisturbed() throws -> (digests: String, microseconds: Double) {
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try ChildProcess.run(command).status == 0)
    let duration = (clock.now - start).components
    let digests = try digests()
    #expect(ModelVerification(out).problems == [])
    try FileSystem.removeTree(out)
    return (digests, Double(duration.seconds) * 1e6 + Double(duration.attoseconds) / 1e12)
  }

  @Test("A killed run leaves a complete model or none, and the next run clears up")
  func killed() throws {
    let (complete, duration) = try undisturbed()
    var random = SeededGenerator(seed: 11)
    var (ended, abandoned) = (0, 0)
    let rounds = 40
    // On a machine that has become slower since, some more rounds, each twice as long.
    for round in 0..<(rounds + 8) where round < rounds || ended == 0 {
      let process = try ChildProcess(command)
      // From the very start to beyond the end, not quite evenly.
      let fraction =
        (Double(round) + Double.random(in: 0..<1, using: &random)) / Double(rounds - 8)
        * Double(1 << max(round - rounds + 1, 0))
      ChildProcess.sleep(microseconds: UInt32(fraction * duration))
      process.send(Signal.kill)
      let result = try process.wait()
      #expect(result.signal == Signal.kill || result.status == 0)
      if FileSystem.kind(out) != nil {
        #expect(try digests() == complete)
        #expect(ModelVerification(out).problems == [])
        try FileSystem.removeTree(out)
        ended += 1
      } else {
        #expect(result.status == nil)
      }
      let left = try names().filter { $0 != "base" && $0 != "donor" }
      #expect(left.allSatisfy { $0.hasPrefix(".out.partial-") })
      abandoned += left.isEmpty ? 0 : 1
      // At most what this run left: the run before it has been cleared up by it, if it got so far.
      if round % 8 == 7 {
        #expect(try ChildProcess.run(command).status == 0)
        #expect(try names() == ["base", "donor", "out"])
        #expect(try digests() == complete)
        try FileSystem.removeTree(out)
      }
    }
    #expect(ended > 0, "some runs were meant to end before they were killed")
    #expect(abandoned > 0, "some runs were meant to be killed while they wrote")
  }

  @Test(
    "An interrupted run removes what it has begun and does not claim success",
    arguments: [Signal.interrupt, Signal.terminate])
  func interrupted(signal: Int32) throws {
    let (complete, duration) = try undisturbed()
    var random = SeededGenerator(seed: 12)
    var cleared = 0
    for round in 0..<16 {
      let process = try ChildProcess(command)
      let fraction = (Double(round) + Double.random(in: 0..<1, using: &random)) / 13
      ChildProcess.sleep(microseconds: UInt32(fraction * duration))
      process.send(signal)
      let result = try process.wait()
      if result.status == 0 {
        #expect(try digests() == complete)
        try FileSystem.removeTree(out)
      } else {
        // Before it can listen the signal itself ends it.
        #expect(result.signal == signal || result.status == 1)
        if result.status == 1 {
          cleared += 1
          #expect(result.errorText.contains("interrupted; nothing was written"))
        }
      }
      #expect(try names() == ["base", "donor"])
    }
    #expect(cleared > 0)
  }

  @Test("A directory that another process is still making is left alone")
  func livingNeighbour() throws {
    let process = try ChildProcess(["sleep", "60"])
    let neighbour = directory(".out.partial-\(process.identifier)-1")
    try FileSystem.createDirectory(neighbour)
    let stranger = directory(".out.partial-x")
    try FileSystem.createDirectory(stranger)
    #expect(try ChildProcess.run(command).status == 0)
    #expect(FileSystem.isDirectory(neighbour) && FileSystem.isDirectory(stranger))
    process.send(Signal.kill)
    #expect(try process.wait().signal == Signal.kill)
    try FileSystem.removeTree(out)
    #expect(try ChildProcess.run(command).status == 0)
    #expect(!FileSystem.isDirectory(neighbour))
  }
}
