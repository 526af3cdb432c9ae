internal import CICU

/// Decomposition, canonical ordering and composition over ICU's tables.
///
/// No version of Unicode may change what earlier ones say of their characters, so that it is enough to
/// leave later characters alone, and to add those that ICU may lack.
struct NormalizationTables {
  /// The version of Unicode that a reference has.
  enum Version {
    /// That of Hugging Face's tokenizers.
    case unicode9
    /// That of sentencepiece.
    case unicode17
  }

  private let decomposition: OpaquePointer
  private let composition: OpaquePointer
  private let version: Version

  /// `nil` only when ICU cannot load its data.
  init?(_ form: NormalizationForm, _ version: Version) {
    var status = U_ZERO_ERROR
    let decomposition = form.isCompatibility ? icu_nfkd(&status) : icu_nfd(&status)
    guard let decomposition, let composition = icu_nfc(&status), status.rawValue <= 0 else {
      return nil
    }
    self.decomposition = decomposition
    self.composition = composition
    self.version = version
  }

  private func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    guard scalar.value >= 0x300 else { return 0 }
    let order = icu_combiningClass(composition, UChar32(bitPattern: scalar.value))
    return order == 0 || isKnown(scalar) ? order : 0
  }

  /// Whether a scalar is one that is looked up in ICU.
  private func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    let last = version == .unicode9 ? 9 : LaterCharacters.lastKnownVersion
    return (1...last).contains(icu_age(UChar32(bitPattern: scalar.value)))
  }

  /// Full decomposition with marks in canonical order.
  func decompose(_ scalars: some Sequence<Unicode.Scalar>) -> [ScalarChange] {
    var result: [ScalarChange] = []
    var pending: [(change: ScalarChange, order: UInt8)] = []
    func flush() {
      if pending.count > 1 { Self.sortStably(&pending) }
      result += pending.map(\.change)
      pending.removeAll(keepingCapacity: true)
    }
    for scalar in scalars {
      for (index, part) in fullDecomposition(scalar).enumerated() {
        let change = ScalarChange(scalar: part, change: index == 0 ? 0 : 1)
        let order = combiningClass(part)
        if order == 0 {
          flush()
          result.append(change)
        } else {
          pending.append((change, order))
        }
      }
    }
    flush()
    return result
  }

  /// Sorts marks by their combining classes; those of one class keep their order.
  private static func sortStably(_ marks: inout [(change: ScalarChange, order: UInt8)]) {
    // Runs of marks are short, but a text may consist of nothing else.
    guard marks.count > 16 else {
      for index in marks.indices.dropFirst() {
        var position = index
        while position > 0, marks[position - 1].order > marks[position].order {
          marks.swapAt(position - 1, position)
          position -= 1
        }
      }
      return
    }
    var byClass = [[Int]](repeating: [], count: 256)
    for (index, mark) in marks.enumerated() { byClass[Int(mark.order)].append(index) }
    marks = byClass.joined().map { marks[$0] }
  }

  /// What a scalar decomposes into by itself.
  func fullDecomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.value < 0x80 { return [scalar] }
    if version == .unicode17, let later = LaterCharacters.decompositions[scalar] { return later }
    var status = U_ZERO_ERROR
    let point = UChar32(bitPattern: scalar.value)
    let units = [UChar](unsafeUninitializedCapacity: 64) { buffer, count in
      let length = icu_rawDecomposition(decomposition, point, buffer.baseAddress, 64, &status)
      count = Int(max(0, length))
    }
    if units.isEmpty || status.rawValue > 0 || !isKnown(scalar) { return [scalar] }
    return Array(String(decoding: units, as: UTF16.self).unicodeScalars)
  }

  /// Canonical composition of a decomposed text. A scalar that swallows its neighbour takes over the
  /// neighbour's change and drops one scalar more.
  func compose(_ decomposed: [ScalarChange]) -> [ScalarChange] {
    var result: [ScalarChange] = []
    var starter: Int?
    var lastClass: UInt8?
    for change in decomposed {
      let order = combiningClass(change.scalar)
      if let index = starter, lastClass.map({ $0 < order }) ?? true,
        let composed = composition(of: result[index].scalar, change.scalar)
      {
        result[index].scalar = composed
        result[index].change += change.change - 1
        continue
      }
      if order == 0 {
        starter = result.count
        lastClass = nil
      } else if starter != nil {
        lastClass = order
      }
      result.append(change)
    }
    return result
  }

  private func composition(of first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
    let point = icu_composePair(
      composition, UChar32(bitPattern: first.value), UChar32(bitPattern: second.value))
    if point >= 0, let scalar = Unicode.Scalar(UInt32(bitPattern: point)), isKnown(scalar) {
      return scalar
    }
    return version == .unicode17 ? LaterCharacters.composites[[first, second]] : nil
  }
}
