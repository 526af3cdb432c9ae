internal import ArgumentParser
internal import Graft

/// `graft hypernet train`
struct HypernetTrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a hypernetwork for a model from its matrices and text.",
    discussion: """
      First tokens of the model predict their own rows, then the rows that they have from the pieces \
      that would spell them; last, as in the paper (arXiv:2405.07883), a tokenizer is sampled from the \
      text for every step, and what the text costs the model with the predicted rows is carried back \
      through the model into the hypernetwork. What is held out is reported now and then: rows as their \
      distance from the real ones relative to the mean row's, text in bits per byte, each beside what \
      the mean of the pieces' rows has.

      A training that is interrupted leaves a checkpoint, from which the same command with --resume \
      goes on to the same bits.

      Examples:
        graft hypernet train model/ --text train.txt --output hypernet/
        graft hypernet train model/ --text *.txt --separator blank-line -o hypernet/ --steps 1000
      """)

  @Argument(help: "The model directory.")
  var model: String

  @OptionGroup var texts: DocumentOptions

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The directory to write.", valueName: "dir"))
  var output: String

  @OptionGroup var recipe: HypernetworkRecipeOptions

  @Flag(help: "Go on from the checkpoint that an interrupted training left in the directory.")
  var resume = false

  @Flag(help: "Replace the directory if it exists.")
  var force = false

  @Flag(help: "Print reports as JSON objects, one to a line.")
  var json = false

  func run() throws {
    Interruption.catchSignals()
    if !force && !resume && FileSystem.kind(output) != nil {
      throw ValidationError("\(output) exists; --force replaces it, --resume goes on with it.")
    }
    let documents = try texts.documents()
    let log = BufferedWriter.standardOutput()
    let progress = ProgressBar()
    defer { progress.finish() }
    try progress.update("reading the model and the text", 0)
    let trainer = try HypernetworkTrainer(
      HypernetworkSubject(ModelDirectory(model)), documents: documents.map { $0[...] },
      recipe: recipe.recipe)
    if resume { try trainer.resume(from: output) }
    do {
      try trainer.train(
        progress: progress.update,
        report: { report in
          progress.finish()
          // Who reads a log of long work wants to see it grow.
          try log.write((json ? report.json : report.summary) + "\n")
          try log.flush()
        },
        checkpoint: { try trainer.save(to: output, replacing: true) })
    } catch is Interrupted {
      try trainer.save(to: output, replacing: true)
      throw TrainingInterrupted(directory: output, step: trainer.step)
    }
    try trainer.save(to: output, replacing: true)
  }
}

/// Training was ended by a signal after its state was saved.
struct TrainingInterrupted: Error, CustomStringConvertible {
  let directory: String
  let step: Int

  var description: String {
    "interrupted after \(step) steps; the same command with --resume goes on from \(directory)"
  }
}

extension HypernetworkReport {
  var summary: String {
    var parts = ["\(step)/\(steps) \(stage)"]
    if let loss { parts.append("loss \(loss.rounded(to: 4))") }
    if let rows {
      parts.append(
        "held-out rows \(list(rows.predicted)) (mean of pieces \(list(rows.mean)))")
    }
    if let text {
      parts.append(
        "held-out text \(text.predicted.rounded(to: 4)) bits per byte "
          + "(mean of pieces \(text.mean.rounded(to: 4)))")
    }
    return parts.joined(separator: "  ")
  }

  private func list(_ losses: [Double]) -> String {
    losses.map { $0.rounded(to: 3) }.joined(separator: " ")
  }

  var json: String {
    func numbers(_ values: [Double]) -> String { JSONText.list(values.map { JSONText.number($0) }) }
    var members = ["\"step\":\(step)", "\"steps\":\(steps)", "\"stage\":\"\(stage)\""]
    if let loss { members.append("\"loss\":\(JSONText.number(loss))") }
    members.append("\"heldOutTokens\":\(heldOutTokens)")
    if let rows {
      members.append(
        "\"rows\":{\"predicted\":\(numbers(rows.predicted)),\"mean\":\(numbers(rows.mean))}")
    }
    if let text {
      members.append(
        "\"text\":{\"predicted\":\(JSONText.number(text.predicted)),"
          + "\"mean\":\(JSONText.number(text.mean))}")
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
