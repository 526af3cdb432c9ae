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
    guard !bytes.isASCII, let tables = NormalizationTables(form, .unicode9) else { return }
    var changes = tables.decompose(bytes.scalars)
    if form.isComposed { changes = tables.compose(changes) }
    apply(changes)
  }
}
