/// The characters that must have a piece: the most frequent ones that together cover the wanted share
/// of the text, and those that were asked for.
struct RequiredCharacters {
  /// In order: those asked for, then by descending counts, then by code points.
  let scalars: [Unicode.Scalar]
  /// How often each occurs.
  let counts: [Int]

  /// Reproduces the choice of `TrainerInterface::LoadSentences`.
  init(_ words: [TrainingWord], _ settings: UnigramTrainerSettings) {
    var counted: [Unicode.Scalar: Int] = [:]
    let requested = Set(settings.requiredCharacters.unicodeScalars)
    for scalar in requested where scalar.value != 0 { counted[scalar] = 0 }
    var total = 0
    for word in words {
      let occurrences = word.inner + word.final
      for scalar in word.scalars where scalar.value != 0 && scalar != " " {
        counted[scalar, default: 0] += occurrences
        total += occurrences
      }
    }
    let sorted = counted.sorted { first, second in
      let (firstAsked, secondAsked) = (
        requested.contains(first.key), requested.contains(second.key)
      )
      if firstAsked != secondAsked { return firstAsked }
      if first.value != second.value { return first.value > second.value }
      return first.key.value < second.key.value
    }
    var covered = 0
    var chosen: [(scalar: Unicode.Scalar, count: Int)] = []
    for (scalar, count) in sorted {
      // In single precision, as the setting is.
      if Float(Double(covered) / Double(total)) >= settings.characterCoverage { break }
      covered += count
      if TrainingCharacter.isUsable(scalar) { chosen.append((scalar, count)) }
    }
    scalars = chosen.map(\.scalar)
    counts = chosen.map(\.count)
  }
}
