internal import Glibc
internal import LanguageModels
internal import Tensors
internal import Tokenization

/// Bits per byte of the base with a new vocabulary, on its own text.
struct OwnTextScoring: Sendable {
  let probe: ModelProbe
  private(set) var text: OwnText
  /// The base's input rows and output rows that are kept, as ids of the base, by id of the new
  /// vocabulary.
  let keptInputs: [TokenID: TokenID]
  let keptOutputs: [TokenID: TokenID]
  /// The tokens that need rows: the rows of candidates stand in this order.
  let targets: [TokenID]
  private let places: [TokenID: Int]
  let input: MatrixView
  private let keptOutputRows: Matrix
  private let keptPlaces: [TokenID: Int]

  init(
    probe: ModelProbe, text: OwnText, keptInputs: [TokenID: TokenID],
    keptOutputs: [TokenID: TokenID], targets: [TokenID], input: MatrixView
  ) {
    self.probe = probe
    self.text = text
    self.keptInputs = keptInputs
    self.keptOutputs = keptOutputs
    self.targets = targets
    self.input = input
    places = Dictionary(uniqueKeysWithValues: targets.enumerated().map { ($1, $0) })
    let ids = keptOutputs.keys.sorted()
    keptOutputRows = Matrix(probe.head, rows: ids.compactMap { keptOutputs[$0].map(Int.init) })
    keptPlaces = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
  }

  /// The same for the first texts, of about so many tokens in all.
  func limited(to count: Int) -> OwnTextScoring {
    var result = self
    result.text = text.limited(to: count)
    return result
  }

  /// The final states before every token of the text, with these rows for the new tokens.
  func states(_ rows: Matrix) throws -> ReadText {
    // Every token is predicted from what stands before it, so the last one is not read.
    let states = try probe.states(
      of: embedded(text.documents.map { $0.dropLast() }, rows),
      lengths: text.documents.map(\.count))
    return ReadText(
      states: states, keptNormalizers: LogitStream(keptOutputRows.view).normalizers(of: states))
  }

  /// The input rows of some tokens of the new vocabulary, document by document, each after the row that
  /// texts begin with.
  func embedded(_ documents: [ArraySlice<TokenID>], _ rows: Matrix) -> Matrix {
    var result = Matrix(
      rows: documents.reduce(0) { $0 + $1.count + 1 }, columns: input.columns)
    var position = 0
    for document in documents {
      result.withMutableRow(position) { _ = $0.update(fromContentsOf: probe.start) }
      for token in document {
        position += 1
        result.withMutableRow(position) { target in
          if let place = places[token] {
            rows.withRow(place) { row in
              for column in target.indices { target[column] = row[column] }
            }
          } else if let id = keptInputs[token] {
            input.copyRows(Int(id)..<(Int(id) + 1), into: target)
          }
        }
      }
      position += 1
    }
    return result
  }

  /// The places among the targets of the rows that `embedded` lays out; `nil` for rows of other tokens.
  func places(in documents: [ArraySlice<TokenID>]) -> [Int?] {
    documents.flatMap { [nil] + $0.map { places[$0] } }
  }

  /// What some documents cost, and the gradient of that by the rows of the targets: by the input row at
  /// every place of `embedded`, and by the output row of every target.
  func gradient(
    of documents: [[TokenID]], inputRows: Matrix, outputRows: Matrix
  ) throws -> RowGradient {
    let kept = keptOutputRows.rows
    return try probe.gradient(
      of: embedded(documents.map { $0.dropLast() }, inputRows), lengths: documents.map(\.count),
      targets: documents.joined().map { token in
        places[token].map { kept + $0 } ?? keptPlaces[token] ?? 0
      }, output: keptOutputRows.joined(outputRows), fitted: kept..<(kept + outputRows.rows))
  }

  /// What the text costs in bits, document by document, times the number of documents and divided by
  /// the bytes of all of them: their mean is in bits per byte.
  func losses(_ read: ReadText, _ rows: Matrix) -> [Double] {
    let normalizers = LogitStream(rows.view).normalizers(of: read.states)
    var losses: [Double] = []
    var position = 0
    let scale = Double(text.documents.count) / Double(text.byteCount) / 0.6931471805599453
    for document in text.documents {
      var sum = 0.0
      for token in document {
        let logit = read.states.withRow(position) { state in
          if let place = places[token] { return rows.withRow(place) { Self.dot($0, state) } }
          guard let place = keptPlaces[token] else { return 0 }
          return keptOutputRows.withRow(place) { Self.dot($0, state) }
        }
        sum += Self.logSum(read.keptNormalizers[position], normalizers[position]) - logit
        position += 1
      }
      losses.append(sum * scale)
    }
    return losses
  }

  private static func dot(
    _ left: UnsafeBufferPointer<Float>, _ right: UnsafeBufferPointer<Float>
  ) -> Double {
    var sum = 0.0
    for index in right.indices { sum += Double(left[index]) * Double(right[index]) }
    return sum
  }

  private static func logSum(_ left: Double, _ right: Double) -> Double {
    let largest = max(left, right)
    return largest + log(exp(left - largest) + exp(right - largest))
  }
}

/// What the model makes of a text: the states before its tokens, and the logarithm of the sum of the
/// exponentiated logits of all kept tokens, for each.
struct ReadText: Sendable {
  let states: Matrix
  let keptNormalizers: [Double]
}

/// The bits per byte of a text with candidates for the output rows of the new tokens.
struct OwnTextCriterion: RowCriterion {
  let scoring: OwnTextScoring
  /// The text as the model reads it with the new input rows; `nil` where input and output are one
  /// matrix, so that each candidate reads it in its own way.
  let read: ReadText?
  let name: String

  func losses(of rows: Matrix) throws -> [Double] {
    scoring.losses(try read ?? scoring.states(rows), rows)
  }
}
