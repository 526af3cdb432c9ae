internal import Graft

/// A transplant's report as a person reads it.
struct TransplantSummary {
  private let report: TransplantReport
  private let duration: Duration
  private let style = TerminalStyle.standardOutput

  init(_ report: TransplantReport, took duration: Duration) {
    self.report = report
    self.duration = duration
  }

  var text: String {
    let sections = [models, vocabulary] + report.matrices.map(matrix) + [outcome]
    return sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
  }

  // MARK: Sections

  private var models: [String] {
    [
      line("body", describe(report.base)),
      line("tokenizer", report.donor.map(describe) ?? tokenizer),
    ]
  }

  private var tokenizer: String {
    "\(style.bold(report.tokenizer))  \(report.tokens.grouped) tokens, no model"
  }

  private var vocabulary: [String] {
    let byBytes = (report.sharedTokens[.bytes] ?? 0) + (report.sharedTokens[.derivation] ?? 0)
    let special = (report.sharedTokens[.role] ?? 0) + (report.sharedTokens[.name] ?? 0)
    let shared = byBytes + special
    let new = report.tokens - shared
    var lines = [
      line("shared", "\(shared.grouped) tokens (\(percent(shared, of: report.tokens)))")
        + style.dim("  \(byBytes.grouped) by their bytes, \(special.grouped) special"),
      line("new", "\(new.grouped) tokens"),
      line("dropped", "\(report.droppedTokens.grouped) tokens of the old vocabulary"),
    ]
    if report.truncatedTokens > 0 {
      lines.append(
        line(
          "cut short",
          "\(report.truncatedTokens.grouped) tokens have more than the \(report.surfaceLength) pieces that "
            + "the hypernetwork reads"))
    }
    return lines
  }

  private func matrix(_ matrix: TransplantReport.Matrix) -> [String] {
    var lines = [
      style.bold("\(matrix.role) rows")
        + style.dim("  \(matrix.tensor), \(matrix.rows.grouped) rows"),
      line("kept", "\(matrix.copied.grouped) bit for bit"),
    ]
    if matrix.rebuilt > 0 {
      lines.append(
        line("rebuilt", "\(matrix.rebuilt.grouped) from \(report.anchors.grouped) shared tokens"))
      lines += methods(matrix)
    }
    if matrix.fallback > 0 {
      lines.append(
        line("mean", "\(matrix.fallback.grouped) for which there is nothing to go by"))
    }
    if matrix.padding > 0 { lines.append(line("padding", matrix.padding.grouped)) }
    if let residual = matrix.residual {
      lines.append(
        line("fit", "\(percent(1 - residual.median)) of the donor's row explained in the median")
          + style.dim("  \(percent(1 - residual.p95)) at the 95th percentile"))
    }
    if let heldOut = matrix.heldOut {
      lines.append(
        line(
          "check",
          "\(heldOut.count) shared tokens held back and rebuilt: cosine "
            + style.bold(heldOut.cosine.rounded(to: 3)) + " to the real row")
          + style.dim("  the mean row has \(heldOut.cosineOfMean.rounded(to: 3))"))
    }
    return lines
  }

  /// What makes the rows, and how it compares on held-out tokens.
  private func methods(_ matrix: TransplantReport.Matrix) -> [String] {
    var lines = [line("method", style.bold(matrix.method))]
    guard let selection = matrix.selection else { return lines }
    for exception in selection.exceptions {
      lines.append(
        line("", "\(style.bold(exception.method)) for \(exception.tokenClass.rawValue)")
          + style.dim("  \(exception.heldOut) tokens"))
    }
    lines.append(
      line("compared", "\(selection.criterion), \(selection.heldOut) tokens:"))
    func change(_ losses: (before: Double, after: Double)) -> String {
      "\(losses.before.rounded(to: 4)) to \(losses.after.rounded(to: 4)) bits per byte"
    }
    if let learning = selection.learning {
      lines.append(line("learnt", "maps from the rows of other methods, \(change(learning))"))
    }
    if let calibration = selection.calibration {
      lines.append(line("adjusted", "logits of new tokens to the text, \(change(calibration))"))
    }
    // Averages are many; the singles and the best few tell the story.
    let shown = selection.results.enumerated().filter {
      $0.offset < 3 || !$0.element.method.contains("+")
    }
    for (_, result) in shown {
      lines.append(
        line(
          "", result.loss.rounded(to: 4).padded(to: 10, alignment: .right) + "  " + result.method))
    }
    return lines
  }

  private var outcome: [String] {
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    let time = style.dim("  \(seconds.rounded(to: 1)) s")
    guard let directory = report.directory else { return ["nothing written (dry run)" + time] }
    let total = report.files.reduce(0) { $0 + $1.size }
    let names = report.files.map { "\($0.name) (\(ByteSize(bytes: $0.size)))" }
    return [
      style.green("wrote") + " \(style.bold(directory))" + "  \(ByteSize(bytes: total))" + time,
      style.dim("  " + names.joined(separator: ", ")),
    ]
  }

  // MARK: Parts

  private func line(_ label: String, _ value: String) -> String {
    "  " + style.dim(label.padded(to: 10)) + value
  }

  private func describe(_ model: TransplantReport.Model) -> String {
    "\(style.bold(model.path))  \(model.architecture), \(model.tokens.grouped) tokens, "
      + "\(model.dimension) wide, \(model.isTied ? "tied" : "untied")"
  }

  private func percent(_ part: Int, of whole: Int) -> String {
    percent(whole == 0 ? 0 : Double(part) / Double(whole))
  }

  private func percent(_ fraction: Double) -> String { (fraction * 100).rounded(to: 1) + " %" }
}
