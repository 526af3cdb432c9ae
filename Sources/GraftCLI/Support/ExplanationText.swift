internal import Graft

/// Why a text was cut as it was, in words.
struct ExplanationText {
  let explanations: [TokenExplanation]
  let spelling: TokenSpelling

  // MARK: For people

  /// A line for each word, and one for each merge under it.
  func lines(_ pieces: [InspectedToken]) -> [String] {
    explanations.flatMap { explanation -> [String] in
      let word = pieces[explanation.tokens].map(\.visible).joined(separator: "|")
      switch explanation.reason {
      case .inserted: return ["\(word): inserted around the text"]
      case .added: return ["\(word): an added token, taken out of the text first"]
      case .wholeWord: return ["\(word): is a token as it stands"]
      case .bytes: return ["\(word): every byte is a token"]
      case .longestMatch: return ["\(word): each the longest token that begins the rest"]
      case .unknown: return ["\(word): the model has no token for it"]
      case .merges(let steps):
        return [steps.isEmpty ? "\(word): no two neighbours merge" : "\(word):"]
          + steps.map { "  \(line($0))" }
      case .mostProbable(let score, let runnerUp):
        var lines = ["\(word): the most probable, with score \(score.rounded(to: 4))"]
        if let runnerUp {
          let other = runnerUp.pieces.map { visible($0) }.joined(separator: "|")
          lines.append("  next best \(other), with score \(runnerUp.score.rounded(to: 4))")
        }
        return lines
      }
    }
  }

  private func line(_ step: TokenExplanation.MergeStep) -> String {
    let place =
      step.rank.map { "rank \($0)" } ?? step.score.map { "score \(Double($0).rounded(to: 4))" }
      ?? ""
    return "\(visible(step.left)) + \(visible(step.right)) → \(visible(step.result))  \(place)"
  }

  private func visible(_ id: TokenID) -> String {
    VisibleText.of(spelling.text(of: id, includesImpliedSpace: false) ?? [])
  }

  /// A piece of a unigram model, in which only `▁` stands for something else.
  private func visible(_ piece: [UInt8]) -> String {
    String(
      String.UnicodeScalarView(
        VisibleText.of(piece).unicodeScalars.map { $0 == "\u{2581}" ? "·" : $0 }))
  }

  // MARK: For programs

  var json: String { JSONText.list(explanations.map(object)) }

  private func object(_ explanation: TokenExplanation) -> String {
    let range = "\"tokens\":[\(explanation.tokens.lowerBound),\(explanation.tokens.upperBound)]"
    let (name, details): (String, String) =
      switch explanation.reason {
      case .inserted: ("inserted", "")
      case .added: ("added", "")
      case .wholeWord: ("whole word", "")
      case .bytes: ("byte", "")
      case .longestMatch: ("longest match", "")
      case .unknown: ("unknown", "")
      case .merges(let steps): ("merges", ",\"merges\":" + JSONText.list(steps.map(object)))
      case .mostProbable(let score, let runnerUp):
        (
          "most probable",
          ",\"score\":\(JSONText.number(score))" + (runnerUp.map(object) ?? "")
        )
      }
    return "{\(range),\"reason\":\"\(name)\"\(details)}"
  }

  private func object(_ step: TokenExplanation.MergeStep) -> String {
    let rank = step.rank.map { ",\"rank\":\($0)" } ?? ""
    let score = step.score.map { ",\"score\":\(JSONText.number($0))" } ?? ""
    return
      "{\"left\":\(step.left),\"right\":\(step.right),\"result\":\(step.result)\(rank)\(score)}"
  }

  private func object(_ runnerUp: TokenExplanation.RunnerUp) -> String {
    let pieces = runnerUp.pieces.map { JSONText.string(String(decoding: $0, as: UTF8.self)) }
    return
      ",\"runnerUp\":{\"pieces\":\(JSONText.list(pieces)),\"score\":\(JSONText.number(runnerUp.score))}"
  }
}
