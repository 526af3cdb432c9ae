internal import ArgumentParser
internal import Graft

/// How a command writes a new model.
struct ModelOutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Pad the number of rows to a multiple.", valueName: "n"))
  var padTo: Int?

  @Flag(
    help: """
      Keep what the base loses beside the new model, so that `graft restore` can give it back bit for bit.
      """)
  var restorable = false

  @Flag(help: "Print the report and write nothing.")
  var dryRun = false

  @Flag(help: "Replace OUT if it exists.")
  var force = false

  @Flag(help: "Print the report as one JSON object.")
  var json = false

  func validate() throws {
    if let padTo, padTo < 1 { throw ValidationError("--pad-to must be at least 1.") }
  }

  /// Options for a transplant that is written in this way.
  func options(_ options: TransplantOptions) -> TransplantOptions {
    var options = options
    if let padTo { options.rowCount = .multiple(of: padTo) }
    options.isRestorable = restorable
    options.replacesExisting = force
    return options
  }

  /// Makes a new model and prints what was done.
  ///
  /// - Parameter plan: what is to be made, once it is known that `out` is free.
  /// - Throws: `ValidationError` when something stands at `out` that may not be replaced.
  func write(_ out: String, _ plan: (ProgressBar) throws -> Transplant) throws {
    Interruption.catchSignals()
    if !dryRun && !force && FileSystem.kind(out) != nil {
      throw ValidationError("\(out) exists; --force replaces it.")
    }
    let start = ContinuousClock.now
    let progress = ProgressBar()
    defer { progress.finish() }
    let transplant = try plan(progress)
    let report: TransplantReport
    do {
      report =
        dryRun
        ? try transplant.dryRun(progress: progress.update)
        : try transplant.write(to: out, progress: progress.update)
    } catch var error as Interrupted {
      error.unfinished = Transplant.unfinishedRows(of: out)
      throw error
    }
    progress.finish()
    print(json ? report.json : TransplantSummary(report, took: ContinuousClock.now - start).text)
  }
}
