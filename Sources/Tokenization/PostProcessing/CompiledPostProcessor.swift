internal import Normalization

/// A post-processor ready to run: checked, and with nested sequences flat.
///
/// Reproduces Hugging Face's post-processors, which turn the encodings of one text or of a pair into a
/// list of encodings that are joined in the end.
struct CompiledPostProcessor: Sendable {
  private enum Step: Sendable {
    case trimOffsets(addPrefixSpace: Bool)
    case numberSequences
    case template(PostProcessor.Template)
    case typeZero
    case surround(
      classifier: PostProcessor.SpecialToken, separator: PostProcessor.SpecialToken,
      doublesSeparator: Bool)
  }
  private var steps: [Step] = []
  private let exists: Bool

  /// - Throws: `TokenizerError.undefinedSpecialToken` when a template uses a name it does not define.
  init(_ postProcessor: PostProcessor?) throws(TokenizerError) {
    exists = postProcessor != nil
    if let postProcessor { try append(postProcessor) }
  }

  private mutating func append(_ postProcessor: PostProcessor) throws(TokenizerError) {
    switch postProcessor {
    case .byteLevel(let addPrefixSpace, let trimOffsets):
      if trimOffsets { steps.append(.trimOffsets(addPrefixSpace: addPrefixSpace)) }
      steps.append(.numberSequences)
    case .template(let template):
      for case .special(let name, _) in template.single + template.pair
      where template.specialTokens[name] == nil {
        throw .undefinedSpecialToken(name)
      }
      for case .sequence(.b, _) in template.single { throw .secondTextInSingleTemplate }
      steps.append(.template(template))
    case .bert(let separator, let classifier):
      steps.append(
        .surround(classifier: classifier, separator: separator, doublesSeparator: false))
    case .roberta(let separator, let classifier, let addPrefixSpace, let trimOffsets):
      if trimOffsets { steps.append(.trimOffsets(addPrefixSpace: addPrefixSpace)) }
      steps.append(.typeZero)
      steps.append(.surround(classifier: classifier, separator: separator, doublesSeparator: true))
    case .sequence(let parts): for part in parts { try append(part) }
    }
  }

  /// How many special tokens are put around one text, or around a pair.
  func addedTokenCount(isPair: Bool) -> Int {
    steps.reduce(0) { count, step in
      switch step {
      case .trimOffsets, .numberSequences, .typeZero: count
      case .template(let template): count + template.specialTokenCount(isPair: isPair)
      case .surround(_, _, let doublesSeparator): count + (isPair ? doublesSeparator ? 4 : 3 : 2)
      }
    }
  }

  /// Makes one encoding of those of one text or of a pair.
  ///
  /// - Parameters:
  ///   - encodings: one or two, with the type ids 0 and 1.
  ///   - texts: what they are the tokens of.
  ///   - addSpecialTokens: whether to insert special tokens; offsets are trimmed either way.
  func process(
    _ encodings: [Encoding], of texts: [[UInt8]], addSpecialTokens: Bool
  ) throws(TokenizerError) -> Encoding {
    var encodings = encodings
    guard exists || encodings.count > 1 else { return encodings[0] }
    for index in encodings.indices {
      encodings[index].setSequence(index)
      guard exists else { continue }
      encodings[index].forEachPart { $0.setSequence(index) }
      encodings[index].setTypeIDs(UInt32(index))
    }
    for step in steps { try apply(step, to: &encodings, of: texts, addSpecialTokens) }
    return Encoding.merged(encodings)
  }

  private func apply(
    _ step: Step, to encodings: inout [Encoding], of texts: [[UInt8]], _ addSpecialTokens: Bool
  ) throws(TokenizerError) {
    switch step {
    case .trimOffsets(let addPrefixSpace):
      for index in encodings.indices {
        let sequence = encodings[index].sequenceRanges.keys.min() ?? 0
        let text = texts[min(sequence, texts.count - 1)]
        encodings[index].forEachPart { $0.trimOffsets(addPrefixSpace: addPrefixSpace, in: text) }
      }
    case .numberSequences:
      for index in encodings.indices { encodings[index].setSequence(index) }
    case .typeZero:
      for index in encodings.indices { encodings[index].setTypeIDs(0) }
    case .template(let template):
      guard encodings.count <= 2 else { throw .unavailable("two templates one after the other") }
      encodings = template.applied(to: encodings, addSpecialTokens: addSpecialTokens)
    case .surround(let classifier, let separator, let doublesSeparator):
      guard addSpecialTokens else { return }
      for index in encodings.indices {
        let front = index == 0 ? classifier : doublesSeparator ? separator : nil
        // RoBERTa numbers all types 0; BERT's separator is of the type of its text.
        let typeID: UInt32? = doublesSeparator ? 0 : nil
        encodings[index].forEachPart {
          $0.surround(from: front, to: separator, sequence: min(index, 1), typeID: typeID)
        }
      }
    }
  }
}

extension PostProcessor.Template {
  fileprivate func specialTokenCount(isPair: Bool) -> Int {
    (isPair ? pair : single).reduce(0) { count, piece in
      guard case .special(let name, _) = piece else { return count }
      return count + (specialTokens[name]?.count ?? 0)
    }
  }

  /// The parts of the template for one text or for a pair, filled in.
  fileprivate func applied(to encodings: [Encoding], addSpecialTokens: Bool) -> [Encoding] {
    var encodings = encodings
    var result: [Encoding] = []
    for piece in encodings.count == 2 ? pair : single {
      switch piece {
      case .sequence(let sequence, let typeID):
        let index = sequence == .a ? 0 : 1
        encodings[index].setTypeIDs(typeID)
        encodings[index].setSequence(index)
        result.append(encodings[index])
      case .special(let name, let typeID) where addSpecialTokens:
        var part = Encoding()
        for special in specialTokens[name] ?? [] { part.appendSpecial(special, typeID: typeID) }
        result.append(part)
      case .special: break
      }
    }
    return result
  }
}

extension Encoding {
  /// Changes the encoding and the parts that overflow from it.
  fileprivate mutating func forEachPart(_ change: (inout Encoding) -> Void) {
    change(&self)
    for index in overflowing.indices { change(&overflowing[index]) }
  }

  /// Puts special tokens around the tokens of a text.
  ///
  /// - Parameter typeID: the type of all of them; without it tokens keep theirs, and the special ones
  ///   are of the type of their text.
  fileprivate mutating func surround(
    from front: PostProcessor.SpecialToken?, to back: PostProcessor.SpecialToken, sequence: Int,
    typeID: UInt32?
  ) {
    var result = Encoding()
    let specialType = typeID ?? UInt32(sequence)
    if let front { result.appendSpecial(front, typeID: specialType) }
    let start = result.count
    result.appendTokens(self)
    for index in start..<result.count { result.isSpecial[index] = false }
    if let typeID { for index in start..<result.count { result.typeIDs[index] = typeID } }
    result.sequenceRanges = [sequence: start..<result.count]
    result.appendSpecial(back, typeID: specialType)
    result.overflowing = overflowing
    self = result
  }
}
