internal import Graft

/// What `graft eval --dynamic` prints.
struct PromptReport {
  let model: String
  let evaluator: PromptEvaluator
  let boundary: MergeBoundary
  let points: [PromptEvaluator.Measurement]

  /// One object; a member of `points` for every reduction.
  var json: String {
    let points = points.map { point in
      let result = point.continuations
      return "{\"reduction\":\(JSONText.number(percent(point))),\"merges\":\(point.merges),"
        + "\"promptTokens\":\(point.promptTokens),"
        + "\"bitsPerByte\":\(JSONText.number(result.bitsPerByte)),"
        + "\"natsPerToken\":\(JSONText.number(result.natsPerToken)),"
        + "\"bytes\":\(result.bytes),\"tokens\":\(result.tokens),"
        + "\"top1\":\(JSONText.number(result.top1))}"
    }
    return "{\"model\":\(JSONText.string(model)),"
      + "\"method\":\(JSONText.string(evaluator.rows.method.name)),"
      + "\"boundary\":\"\(boundary.rawValue)\",\"prompts\":\(evaluator.promptCount),"
      + "\"points\":\(JSONText.list(points))}"
  }

  /// A line for every reduction.
  var text: String {
    let style = TerminalStyle.standardOutput
    let first = points.first?.continuations.bitsPerByte ?? 0
    let lines = points.map { point in
      let bits = point.continuations.bitsPerByte
      let columns = [
        (percent(point).rounded(to: 0) + " %").padded(to: 7, alignment: .right),
        point.merges.grouped.padded(to: 10, alignment: .right) + " merges",
        point.promptTokens.grouped.padded(to: 10, alignment: .right) + " prompt tokens",
        style.bold(bits.rounded(to: 4)) + " bits per byte",
        style.dim((bits < first ? "" : "+") + (bits - first).rounded(to: 4)),
      ]
      return columns.joined(separator: "  ")
    }
    let result = points.first?.continuations
    let sizes =
      "\((result?.bytes ?? 0).grouped) bytes in \((result?.tokens ?? 0).grouped) tokens after "
      + "\(evaluator.promptCount.grouped) prompts, rows by \(evaluator.rows.method.name)  \(model)"
    return (lines + [style.dim(sizes)]).joined(separator: "\n")
  }

  private func percent(_ point: PromptEvaluator.Measurement) -> Double {
    if case .reduction(let percent) = point.limit { percent } else { 100 }
  }
}
