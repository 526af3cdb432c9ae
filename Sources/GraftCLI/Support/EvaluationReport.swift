internal import Graft

/// What `graft eval` prints.
struct EvaluationReport {
  let model: String
  let result: TextEvaluation
  /// Another model on the same text.
  var before: (model: String, result: TextEvaluation)?
  /// That model on the text as this one's tokenizer cuts it.
  var targetCuts: TextEvaluation?

  /// One object: the measures of the model, and those of others under `before` and `targetCuts`.
  var json: String {
    var members = ["\"model\":\(JSONText.string(model))"] + Self.members(result)
    if let before {
      let inner = ["\"model\":\(JSONText.string(before.model))"] + Self.members(before.result)
      members.append("\"before\":{\(inner.joined(separator: ","))}")
    }
    if let targetCuts {
      members.append("\"targetCuts\":{\(Self.members(targetCuts).joined(separator: ","))}")
    }
    return "{\(members.joined(separator: ","))}"
  }

  private static func members(_ result: TextEvaluation) -> [String] {
    [
      "\"bitsPerByte\":\(JSONText.number(result.bitsPerByte))", "\"bytes\":\(result.bytes)",
      "\"tokens\":\(result.tokens)", "\"documents\":\(result.documents)",
      "\"nats\":\(JSONText.number(result.nats))", "\"top1\":\(JSONText.number(result.top1))",
      "\"tokensPerByte\":\(JSONText.number(result.tokensPerByte))",
    ]
  }

  /// A line for each measurement.
  var text: String {
    var lines = [line(result, model)]
    if let before { lines.append(line(before.result, before.model)) }
    if let targetCuts, let before {
      lines.append(line(targetCuts, "\(before.model), cut as \(model) cuts"))
    }
    return lines.joined(separator: "\n")
  }

  private func line(_ result: TextEvaluation, _ name: String) -> String {
    let style = TerminalStyle.standardOutput
    let columns = [
      style.bold(result.bitsPerByte.rounded(to: 4)) + " bits per byte",
      "\((result.top1 * 100).rounded(to: 1)) % top-1",
      "\(result.tokens.grouped) tokens (\(result.tokensPerByte.rounded(to: 4)) per byte)",
      "\(result.bytes.grouped) bytes", name,
    ]
    return columns.joined(separator: "  ")
  }
}
