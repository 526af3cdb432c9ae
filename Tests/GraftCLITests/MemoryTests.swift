import Graft
import TestSupport
import Testing

/// The memory that `graft transplant` takes, measured from outside.
@Suite struct MemoryTests {
  private let directory: TemporaryDirectory
  private let models: [String]

  init() throws {
    directory = try TemporaryDirectory()
    var base = ModelFixture(seed: 1, words: ModelFixture.words(0..<14_000))
    base.dimension = 48
    var donor = ModelFixture(seed: 2, words: ModelFixture.words(0..<17_000))
    donor.dimension = 64
    models = [try base.write(to: directory("base")), try donor.write(to: directory("donor"))]
  }

  private func transplant(_ name: String, memory: Int) throws -> ChildProcess.Result {
    try ChildProcess.run(
      [ChildProcess.graft, "transplant"] + models + [
        directory(name), "-k", "16", "--memory", "\(memory)MiB", "--held-out", "0",
      ])
  }

  @Test func `The stated memory is not exceeded, and makes no difference to the result`() throws {
    // With a Gram matrix of more than 14,000² elements of 2 bytes, and without.
    let wide = try transplant("wide", memory: 900)
    let narrow = try transplant("narrow", memory: 400)
    #expect(wide.status == 0 && narrow.status == 0, "\(wide.errorText)\(narrow.errorText)")
    #expect(wide.peakMemory <= 900 << 20 && narrow.peakMemory <= 400 << 20)
    #expect(wide.peakMemory > 2 * 14_000 * 14_000)
    #expect(
      try FileSystem.read(directory("wide/model.safetensors"))
        == FileSystem.read(directory("narrow/model.safetensors")))
  }

  @Test func `Memory that cannot suffice is refused`() throws {
    let result = try transplant("out", memory: 10)
    #expect(result.status == 1)
    #expect(result.errorText.contains("only 10 MiB may be used; give more with --memory"))
    #expect(!FileSystem.isDirectory(directory("out")))
  }
}
