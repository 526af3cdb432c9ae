internal import ArgumentParser
internal import Graft

/// `graft restore`
struct RestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore",
    abstract: "Give back the model that another one was made from.",
    discussion: """
      Works on what transplant, extend and prune have written with --restorable. Weights, configs and \
      tokenizer come back bit for bit.

      Examples:
        graft restore small/ original/
        graft restore --force small/ original/
      """)

  @Argument(help: "The model directory that was made.")
  var model: String

  @Argument(help: "Where its base is put.")
  var out: String

  @Flag(help: "Replace OUT if it exists.")
  var force = false

  func run() throws {
    Interruption.catchSignals()
    if !force && FileSystem.kind(out) != nil {
      throw ValidationError("\(out) exists; --force replaces it.")
    }
    let progress = ProgressBar()
    defer { progress.finish() }
    try Restoration(model).write(to: out, replacing: force, progress: progress.update)
    progress.finish()
    print("restored \(out)")
  }
}
