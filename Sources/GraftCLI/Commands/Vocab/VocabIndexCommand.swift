internal import ArgumentParser
internal import Graft

/// `graft vocab index`
struct VocabIndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index",
    abstract:
      "Build an index of a model's rows, which finds the nearest ones without looking at all.",
    discussion: """
      The index is written beside the weights, where `graft vocab nearest` and `graft generate` find it. It \
      is the same whatever the number of threads. It belongs to these rows: with others it is refused.

      Examples:
        graft vocab index model/
        graft vocab index model/ --rows input --links 24 --out /tmp/input-rows.hnsw
      """)

  @OptionGroup var rows: RowOptions

  @Option(
    help: ArgumentHelp(
      "The file to be made; without it, one in the model directory.", valueName: "file"))
  var out: String?

  @Option(
    help: ArgumentHelp(
      "How many links a row asks for (M): more find more and take more memory.", valueName: "n"))
  var links = NearestNeighborIndex.Settings().links

  @Option(
    help: ArgumentHelp(
      "How many candidates are looked at for them (efConstruction).", valueName: "n"))
  var buildBreadth = NearestNeighborIndex.Settings().buildBreadth

  @Flag(help: "Replace the file if it exists.")
  var force = false

  func validate() throws {
    if !(2...256).contains(links) { throw ValidationError("--links must be from 2 to 256.") }
    if buildBreadth < 1 { throw ValidationError("--build-breadth must be at least 1.") }
  }

  func run() throws {
    Interruption.catchSignals()
    let source = try rows.open()
    let path = out ?? source.indexPath
    if !force, FileSystem.kind(path) != nil {
      throw ValidationError("\(path) exists; --force replaces it.")
    }
    let start = ContinuousClock.now
    let progress = ProgressBar()
    defer { progress.finish() }
    var settings = NearestNeighborIndex.Settings()
    (settings.links, settings.buildBreadth) = (links, buildBreadth)
    let index = try NearestNeighborIndex(source.rows, settings: settings) {
      try progress.update("linking rows", $0)
    }
    try index.save(to: path, replacing: force)
    progress.finish()
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      "\(path): \(index.rows.count.grouped) rows in \(index.nodeCount.grouped) directions, "
        + "\(ByteSize(bytes: index.memorySize)), \(seconds.rounded(to: 1)) s")
  }
}
