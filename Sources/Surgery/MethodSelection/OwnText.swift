internal import Glibc
internal import Tensors
internal import Tokenization
internal import TokenizerFiles

/// Text that the base model has written, cut by the new tokenizer.
///
/// Since it comes from the model itself, the model with another vocabulary is as good as it is true to
/// the old one on this text: no other text is needed to compare ways to make rows.
struct OwnText: Sendable {
  /// The tokens of the new vocabulary, text by text.
  let documents: [[TokenID]]
  /// The size of all texts in UTF-8.
  let byteCount: Int

  /// - Parameters:
  ///   - texts: tokens of the base; each text ends before its first special token.
  ///   - rowCount: tokens of the new vocabulary beyond are left out with their text.
  /// - Returns: `nil` when nothing is left.
  init?(
    _ texts: [[TokenID]], from base: ModelDirectory, to target: TransplantTarget, rowCount: Int
  ) throws {
    let reader = try Tokenizer(base.tokenizer)
    let writer = try Tokenizer(target.definition)
    let special = Set(base.specialTokens.ids.values).union(
      base.vocabulary.added.filter(\.value.isSpecial).keys)
    var documents: [[TokenID]] = []
    var byteCount = 0
    for tokens in texts {
      let text = try reader.decode(Array(tokens.prefix { !special.contains($0) }))
      let ids = try writer.encode(text, addSpecialTokens: false).ids
      guard !ids.isEmpty, ids.allSatisfy({ $0 < rowCount }) else { continue }
      documents.append(ids)
      byteCount += text.utf8.count
    }
    guard !documents.isEmpty, byteCount > 0 else { return nil }
    self.documents = documents
    self.byteCount = byteCount
  }
}

/// Bits per byte of the base with a new vocabulary, on its own text.
struct OwnTextScoring: Sendable {
  let probe: ModelProbe
  let text: OwnText
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

  /// The final states before every token of the text, with these rows for the new tokens.
  func states(_ rows: Matrix) throws -> ReadText {
    let lengths = text.documents.map(\.count)
    var embedded = Matrix(rows: lengths.reduce(0, +), columns: input.columns)
    var position = 0
    for document in text.documents {
      // Every token is predicted from what stands before it, so the last one is not read.
      for index in document.indices {
        embedded.withMutableRow(position) { target in
          if index == 0 {
            _ = target.update(fromContentsOf: probe.start)
          } else if let place = places[document[index - 1]] {
            rows.withRow(place) { row in
              for column in target.indices { target[column] = row[column] }
            }
          } else if let id = keptInputs[document[index - 1]] {
            input.copyRows(Int(id)..<(Int(id) + 1), into: target)
          }
        }
        position += 1
      }
    }
    let states = try probe.states(of: embedded, lengths: lengths)
    return ReadText(
      states: states, keptNormalizers: LogitStream(keptOutputRows.view).normalizers(of: states))
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

/// The bits per byte of the base's own text with candidates for the output rows of the new tokens.
struct OwnTextCriterion: RowCriterion {
  let scoring: OwnTextScoring
  /// The text as the model reads it with the new input rows.
  let read: ReadText

  var name: String { "bits per byte of text that the base writes itself" }

  func losses(of rows: Matrix) -> [Double] { scoring.losses(read, rows) }
}
