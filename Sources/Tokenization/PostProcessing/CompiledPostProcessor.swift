internal import Normalization

/// A post-processor ready to run: checked, and with nested sequences flat.
struct CompiledPostProcessor: Sendable {
  private enum Step: Sendable {
    case trimOffsets(addPrefixSpace: Bool)
    case template(PostProcessor.Template)
    case surround(
      classifier: PostProcessor.SpecialToken, separator: PostProcessor.SpecialToken)
  }
  private var steps: [Step] = []

  /// - Throws: `TokenizerError.undefinedSpecialToken` when a template uses a name it does not define.
  init(_ postProcessor: PostProcessor?) throws(TokenizerError) {
    if let postProcessor { try append(postProcessor) }
  }

  private mutating func append(_ postProcessor: PostProcessor) throws(TokenizerError) {
    switch postProcessor {
    case .byteLevel(let addPrefixSpace, let trimOffsets):
      if trimOffsets { steps.append(.trimOffsets(addPrefixSpace: addPrefixSpace)) }
    case .template(let template):
      for case .special(let name, _) in template.single + template.pair
      where template.specialTokens[name] == nil {
        throw .undefinedSpecialToken(name)
      }
      steps.append(.template(template))
    case .bert(let separator, let classifier):
      steps.append(.surround(classifier: classifier, separator: separator))
    case .roberta(let separator, let classifier, let addPrefixSpace, let trimOffsets):
      if trimOffsets { steps.append(.trimOffsets(addPrefixSpace: addPrefixSpace)) }
      steps.append(.surround(classifier: classifier, separator: separator))
    case .sequence(let parts): for part in parts { try append(part) }
    }
  }

  /// Processes the encoding of one text.
  ///
  /// - Parameter addSpecialTokens: whether to insert special tokens; offsets are trimmed either way.
  func process(_ encoding: inout Encoding, of text: [UInt8], addSpecialTokens: Bool) {
    for step in steps {
      switch step {
      case .trimOffsets(let addPrefixSpace):
        encoding.trimOffsets(addPrefixSpace: addPrefixSpace, in: text)
      case .template(let template):
        encoding = template.applied(to: encoding, addSpecialTokens: addSpecialTokens)
      case .surround(let classifier, let separator) where addSpecialTokens:
        var surrounded = Encoding()
        surrounded.appendSpecial(classifier, typeID: 0)
        surrounded.append(encoding)
        surrounded.appendSpecial(separator, typeID: 0)
        encoding = surrounded
      case .surround: break
      }
    }
  }
}

extension PostProcessor.Template {
  /// The template for a single text, filled in.
  fileprivate func applied(to encoding: Encoding, addSpecialTokens: Bool) -> Encoding {
    var result = Encoding()
    for piece in single {
      switch piece {
      case .sequence(_, let typeID):
        var part = encoding
        part.typeIDs = Array(repeating: typeID, count: part.count)
        result.append(part)
      case .special(let name, let typeID) where addSpecialTokens:
        for special in specialTokens[name] ?? [] { result.appendSpecial(special, typeID: typeID) }
      case .special: break
      }
    }
    return result
  }
}

extension Encoding {
  /// Narrows the offsets of each token by the white space that its spelling begins and ends with, as
  /// the reference's byte-level post-processor does.
  ///
  /// A single space at the very beginning may have been put there by the pre-tokenizer; with
  /// `addPrefixSpace` it is not subtracted.
  fileprivate mutating func trimOffsets(addPrefixSpace: Bool, in text: [UInt8]) {
    func isSpace(_ scalar: Unicode.Scalar) -> Bool {
      scalar == ByteAlphabet.scalar(for: 0x20) || ScalarProperties.isWhitespace(scalar)
    }
    for index in ids.indices {
      let scalars = UTF8Scalars(tokens[index]).map(\.scalar)
      var leading = scalars.prefix(while: isSpace).count
      let trailing = scalars.reversed().prefix(while: isSpace).count
      guard leading + trailing > 0 else { continue }
      var range = offsets[index]
      let isFirst = index == 0 || range.lowerBound == 0
      if isFirst, addPrefixSpace, leading == 1 { leading = 0 }
      // The reference counts in scalars of the original text.
      let starts = UTF8Scalars(text[range]).map(\.range.lowerBound) + [range.upperBound]
      let first = min(leading, starts.count - 1)
      range = starts[first]..<range.upperBound
      // It leaves the end alone where fewer scalars than that precede it in the whole text.
      if trailing > 0, text.hasScalars(trailing, before: range.upperBound) {
        range = range.lowerBound..<starts[max(starts.count - 1 - trailing, first)]
      }
      offsets[index] = range
    }
  }
}

extension [UInt8] {
  /// Whether at least `count` scalars of the text begin before `end`.
  fileprivate func hasScalars(_ count: Int, before end: Int) -> Bool {
    var remaining = count
    for byte in self[..<end] where !UTF8.isContinuation(byte) {
      remaining -= 1
      if remaining == 0 { return true }
    }
    return remaining <= 0
  }
}
