internal import CICU

/// Unicode's four normalization forms (UAX #15).
enum NormalizationForm {
  case nfc, nfd, nfkc, nfkd

  var isCompatibility: Bool { self == .nfkc || self == .nfkd }
  var isComposed: Bool { self == .nfc || self == .nfkc }
}

extension AlignedText {
  /// Brings the text into a normalization form, recording what became of each scalar as the
  /// reference's iterator does: the offsets of composed and reordered marks depend on it.
  mutating func normalize(to form: NormalizationForm) {
    guard !bytes.isASCII, let tables = NormalizationTables(form) else { return }
    var changes = tables.decompose(bytes.scalars)
    if form.isComposed { changes = tables.compose(changes) }
    apply(changes)
  }
}

/// Decomposition, canonical ordering and composition over ICU's tables.
///
/// The reference has those of Unicode 9. No later version may change what they say of its characters,
/// so it is enough to leave later characters alone.
private struct NormalizationTables {
  private let decomposition: OpaquePointer
  private let composition: OpaquePointer

  /// `nil` only when ICU cannot load its data.
  init?(_ form: NormalizationForm) {
    var status = U_ZERO_ERROR
    let decomposition = form.isCompatibility ? icu_nfkd(&status) : icu_nfd(&status)
    guard let decomposition, let composition = icu_nfc(&status), status.rawValue <= 0 else {
      return nil
    }
    self.decomposition = decomposition
    self.composition = composition
  }

  private func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
    guard scalar.value >= 0x300 else { return 0 }
    let order = icu_combiningClass(composition, UChar32(bitPattern: scalar.value))
    return order == 0 || Self.isKnown(scalar) ? order : 0
  }

  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool {
    (1...9).contains(icu_age(UChar32(bitPattern: scalar.value)))
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

  private func fullDecomposition(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.value < 0x80 { return [scalar] }
    var status = U_ZERO_ERROR
    let point = UChar32(bitPattern: scalar.value)
    let units = [UChar](unsafeUninitializedCapacity: 64) { buffer, count in
      let length = icu_rawDecomposition(decomposition, point, buffer.baseAddress, 64, &status)
      count = Int(max(0, length))
    }
    if units.isEmpty || status.rawValue > 0 || !Self.isKnown(scalar) { return [scalar] }
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
    guard point >= 0, let scalar = Unicode.Scalar(UInt32(bitPattern: point)), Self.isKnown(scalar)
    else { return nil }
    return scalar
  }
}
