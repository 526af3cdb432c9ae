internal import Tensors
internal import Tokenization

/// What candidates for input rows do to the model's reading: the divergence of its predictions from those
/// that it makes where it has read the same text in its own tokens.
///
/// Predictions are compared over the base's vocabulary, so that no output row of a new token matters, and
/// as whole distributions, so that no luck of the next token does.
struct ReadingFidelity: RowCriterion {
  private let scoring: OwnTextScoring
  /// The places of the documents that are read.
  private let documents: [Int]
  /// The final states after the text as the base cuts it, where both cuts have an end.
  private let truth: Matrix

  var name: String { "divergence of predictions from those on the base's own cut, in nats" }

  /// - Parameter positions: about how many tokens are read for each candidate.
  init(_ scoring: OwnTextScoring, positions: Int) throws {
    self.scoring = scoring
    var documents: [Int] = []
    var count = 0
    for (index, document) in scoring.text.documents.enumerated()
    where count < positions && !scoring.text.pairs[index].isEmpty {
      documents.append(index)
      count += document.count + 1
    }
    self.documents = documents
    let cuts = documents.map { scoring.text.baseDocuments[$0] }
    var rows = Matrix(
      rows: cuts.reduce(0) { $0 + $1.count + 1 }, columns: scoring.input.columns)
    var position = 0
    for cut in cuts {
      rows.withMutableRow(position) { _ = $0.update(fromContentsOf: scoring.probe.start) }
      for token in cut {
        position += 1
        rows.withMutableRow(position) {
          scoring.input.copyRows(Int(token)..<(Int(token) + 1), into: $0)
        }
      }
      position += 1
    }
    truth = Self.states(
      try scoring.probe.states(of: rows, lengths: cuts.map { $0.count + 1 }),
      lengths: cuts.map { $0.count + 1 },
      at: documents.map { scoring.text.pairs[$0].map(\.base) })
  }

  /// The number of documents, each of which has a loss.
  var documentCount: Int { documents.count }

  /// The states after the tokens at some places of each document; before them stands one more row.
  private static func states(_ states: Matrix, lengths: [Int], at places: [[Int]]) -> Matrix {
    var rows: [Int] = []
    var start = 0
    for (length, places) in zip(lengths, places) {
      rows += places.map { start + 1 + $0 }
      start += length
    }
    return Matrix(states.view, rows: rows)
  }

  func losses(of rows: Matrix) throws -> [Double] {
    let read = documents.map { scoring.text.documents[$0][...] }
    let lengths = read.map { $0.count + 1 }
    let states = Self.states(
      try scoring.probe.states(of: scoring.embedded(read, rows), lengths: lengths),
      lengths: lengths, at: documents.map { scoring.text.pairs[$0].map(\.target) })
    let divergences = LogitStream(scoring.probe.head).divergences(of: states, from: truth)
    var losses: [Double] = []
    var position = 0
    let scale = Double(documents.count) / Double(max(divergences.count, 1))
    for index in documents {
      let count = scoring.text.pairs[index].count
      losses.append(scale * divergences[position..<(position + count)].reduce(0, +))
      position += count
    }
    return losses
  }
}
